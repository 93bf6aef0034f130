/** Barriers of a page for those who do not see it well: what can be checked by rule, after WCAG 2.2 AA. */
import type { Page } from "puppeteer-core"

/** One line per kind of problem and place; empty where none was found. Runs inside the page. */
export const barrierProblems = (page: Page): Promise<string[]> => page.evaluate(CHECKS) as Promise<string[]>

/** JavaScript of the page, as text: the page has a document, this program has none. */
const CHECKS = `(() => {
  const problems = []
  const all = (selector) => [...document.querySelectorAll(selector)]
  const where = (element) => element.outerHTML.slice(0, 90)
  const wrong = (what, element) => problems.push(what + (element ? ": " + where(element) : ""))
  const named = (element) => (element.getAttribute("aria-label") || "").trim() !== ""

  if (!document.documentElement.lang) wrong("the page names no language")
  if (document.title.trim() === "") wrong("the page has no title")
  if (all("main").length !== 1) wrong("the page has not one main part")
  if (!document.querySelector("meta[name=viewport]")) wrong("the page has no viewport")

  const levels = all("h1,h2,h3,h4,h5,h6").map((heading) => [Number(heading.tagName[1]), heading])
  if (levels.filter(([level]) => level === 1).length !== 1) wrong("not one heading of level 1")
  levels.forEach(([level, heading], i) => {
    if (i > 0 && level > levels[i - 1][0] + 1) wrong("a heading skips a level", heading)
    if (heading.textContent.trim() === "") wrong("an empty heading", heading)
  })

  for (const figure of all("figure")) {
    const caption = figure.querySelector("figcaption")
    if (!caption || caption.textContent.trim().length < 20) wrong("a figure without a caption", figure)
    const told = figure.querySelector("table") || figure.querySelector("svg[role=img][aria-label]")
    if (!told) wrong("a figure without a table or a text alternative", figure)
  }
  for (const svg of all("svg")) {
    if (svg.parentElement.closest("svg") || svg.closest("[aria-hidden=true]")) continue
    if (svg.getAttribute("role") !== "img" || !named(svg)) wrong("a drawing that is neither named nor hidden", svg)
  }
  for (const table of all("table")) {
    if (!table.querySelector("caption") && !table.closest("[aria-label]") && !table.closest("figure")) wrong("a table without a name", table)
    if (!table.querySelector("thead th")) wrong("a table without heads", table)
  }
  for (const head of all("th")) {
    if (!["row", "col"].includes(head.getAttribute("scope"))) wrong("a head without a scope", head)
    if (head.textContent.trim() === "") wrong("an empty head", head)
  }
  for (const box of all("*")) {
    const { overflowX } = getComputedStyle(box)
    const scrolls = (overflowX === "auto" || overflowX === "scroll") && box.scrollWidth > box.clientWidth
    if (scrolls && !(box.tabIndex === 0 && named(box))) wrong("a box that scrolls but takes no focus or has no name", box)
  }
  const ids = all("[id]").map((element) => element.id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong("the id " + id + " stands twice")
  for (const link of all("a")) {
    if (link.textContent.trim() === "") wrong("a link without text", link)
    if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) wrong("a link to nowhere", link)
  }

  const parse = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number)
  const opaque = (colour) => colour.length < 4 || colour[3] === 1
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (opaque(colour)) return colour
    }
    return [255, 255, 255]
  }
  const seen = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (node.textContent.trim() === "" || element.closest(".vh")) continue
    const style = getComputedStyle(element)
    const colour = parse(element.closest("svg") ? style.fill : style.color)
    const back = behind(element)
    const [high, low] = [light(colour), light(back)].sort((a, b) => b - a)
    const ratio = (high + 0.05) / (low + 0.05)
    const key = colour + "/" + back
    if (ratio < 4.5 && !seen.has(key)) wrong("text with a contrast of " + ratio.toFixed(2), element)
    seen.add(key)
  }
  return problems
})()`
