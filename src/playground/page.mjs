/** The playground's page: a text field over a coloured copy of its text, with the language's own functions behind it. */
import * as editor from "/dsl/editor/index.ts"
import { format } from "/dsl/format/index.ts"
import { linesOf, summary } from "/dsl/index.ts"

const element = (id) => document.getElementById(id)
const [text, colours, offers, hover, problems, said] = [
  "text",
  "colours",
  "offers",
  "hover",
  "problems",
  "summary",
].map(element)
const load = async (path) => (await fetch(path)).json()
const [vocabulary, example] = await Promise.all([load("/vocabulary.json"), load("/spec.l2r")])
const host = { file: "spec.l2r", vocabulary }

let shown
let offered = []
let chosen = 0

const read = () => {
  if (shown?.text !== text.value) shown = editor.documentOf(text.value, host)
  return shown
}

/** The text again, each piece in its colour and underlined where something is wrong. */
const paint = () => {
  const current = read()
  const { diagnostics } = current.checked
  const wrong = diagnostics.filter(({ severity }) => severity !== "hint")
  const cuts = new Set([0, current.text.length])
  const tokens = editor.semanticTokensOf(current)
  for (const { start, end } of [...tokens, ...wrong.map(({ span }) => span)]) cuts.add(start).add(end)
  const places = [...cuts].sort((a, b) => a - b)
  colours.replaceChildren(
    ...places.slice(0, -1).map((start, i) => {
      const piece = document.createElement("span")
      piece.textContent = current.text.slice(start, places[i + 1])
      const token = tokens.find((each) => each.start <= start && start < each.end)
      const problem = wrong.find(({ span }) => span.start <= start && start < span.end)
      piece.className = [token?.type, problem?.severity].filter(Boolean).join(" ")
      return piece
    }),
    "\n",
  )
  const lines = linesOf(current.text)
  problems.replaceChildren(
    ...wrong.map(({ code, severity, message, help, span }) => {
      const item = document.createElement("li")
      const go = document.createElement("button")
      const { line, column } = lines.at(span.start)
      go.textContent = `${line}:${column}`
      go.addEventListener("click", () => {
        text.focus()
        text.setSelectionRange(span.start, span.end)
      })
      item.append(go, ` ${severity} ${code}: ${message}${help ? ` (${help})` : ""}`)
      return item
    }),
  )
  said.textContent = summary(wrong)
  scrolled()
}

const scrolled = () => {
  colours.scrollTop = text.scrollTop
  colours.scrollLeft = text.scrollLeft
}

/** Width of a character and height of a line, from a piece of the copy. */
const measure = () => {
  const probe = document.createElement("span")
  probe.textContent = "0".repeat(100)
  colours.append(probe)
  const { width } = probe.getBoundingClientRect()
  probe.remove()
  const style = getComputedStyle(text)
  return { wide: width / 100, high: Number.parseFloat(style.lineHeight), pad: Number.parseFloat(style.paddingTop) }
}

const placeAt = (offset, box) => {
  const { wide, high, pad } = measure()
  const before = text.value.slice(0, offset).split("\n")
  box.style.left = `${Math.min(text.clientWidth - 80, pad + before.at(-1).length * wide - text.scrollLeft)}px`
  box.style.top = `${pad + before.length * high - text.scrollTop}px`
}

const offsetAt = ({ clientX, clientY }) => {
  const { wide, high, pad } = measure()
  const box = text.getBoundingClientRect()
  const lines = text.value.split("\n")
  const line = Math.floor((clientY - box.top - pad + text.scrollTop) / high)
  const column = Math.floor((clientX - box.left - pad + text.scrollLeft) / wide)
  if (line < 0 || line >= lines.length || column < 0 || column >= lines[line].length) return undefined
  return lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, column)
}

const offer = () => {
  const at = text.selectionStart
  offered = editor.completionsAt(read(), at).filter(({ label, start }) => {
    const typed = text.value.slice(start, at).toLowerCase()
    return label.toLowerCase().startsWith(typed) || typed === ""
  })
  chosen = 0
  offers.hidden = offered.length === 0
  offers.replaceChildren(
    ...offered.map(({ label, detail }, i) => {
      const item = document.createElement("div")
      item.id = `offer-${i}`
      item.setAttribute("role", "option")
      const more = document.createElement("small")
      more.textContent = detail ?? ""
      item.append(label, more)
      item.addEventListener("mousedown", (event) => {
        event.preventDefault()
        accept(i)
      })
      return item
    }),
  )
  if (offers.hidden) return choose(0)
  placeAt(offered[0].start, offers)
  choose(0)
}

const choose = (index) => {
  chosen = index
  ;[...offers.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)))
  if (offers.hidden) text.removeAttribute("aria-activedescendant")
  else text.setAttribute("aria-activedescendant", `offer-${index}`)
  offers.children[index]?.scrollIntoView({ block: "nearest" })
}

/** A snippet's text, and where the cursor goes first. */
const expanded = (snippet) => {
  let plain = ""
  const stops = []
  for (const [, escaped, bare, number, filled = "", other] of snippet.matchAll(
    /\\([\\$}])|\$(\d)|\$\{(\d):((?:\\.|[^}])*)\}|([\s\S])/g,
  )) {
    if (bare !== undefined) stops.push([Number(bare) || 10, plain.length, plain.length])
    else if (number !== undefined) {
      const word = filled.replace(/\\(.)/g, "$1")
      stops.push([Number(number) || 10, plain.length, plain.length + word.length])
      plain += word
    } else plain += escaped ?? other
  }
  const [first] = stops.sort(([a], [b]) => a - b)
  return { plain, from: first?.[1] ?? plain.length, to: first?.[2] ?? plain.length }
}

const accept = (index) => {
  const { insert, start, end, again } = offered[index]
  const indent = /^[ \t]*/.exec(text.value.slice(text.value.lastIndexOf("\n", start - 1) + 1))[0]
  const { plain, from, to } = expanded(insert.replaceAll("\n", `\n${indent}`))
  text.setRangeText(plain, start, end)
  text.setSelectionRange(start + from, start + to)
  close()
  paint()
  if (again && from === to) offer()
}

const close = () => {
  offers.hidden = true
  hover.hidden = true
  text.removeAttribute("aria-activedescendant")
}

text.addEventListener("input", ({ data }) => {
  paint()
  if (data && /[\w:[,("./]/.test(data)) offer()
  else close()
})
// The browser tells of a scroll a frame later: what was offered meanwhile moves along and stays.
text.addEventListener("scroll", () => {
  scrolled()
  hover.hidden = true
  if (!offers.hidden) placeAt(offered[0].start, offers)
})
text.addEventListener("blur", close)
text.addEventListener("keydown", (event) => {
  const { key, ctrlKey, altKey, shiftKey } = event
  const keys = {
    ArrowDown: () => choose((chosen + 1) % offered.length),
    ArrowUp: () => choose((chosen + offered.length - 1) % offered.length),
    Enter: () => accept(chosen),
    Tab: () => accept(chosen),
    Escape: close,
  }
  if (ctrlKey && key === " ") offer()
  else if (altKey && shiftKey && key.toLowerCase() === "f") {
    text.value = format(text.value, host.file).text
    paint()
  } else if (!offers.hidden && keys[key]) keys[key]()
  else return
  event.preventDefault()
})
text.addEventListener("mousemove", (event) => {
  const at = offsetAt(event)
  const found = at === undefined ? undefined : editor.hoverAt(read(), at)
  const problem = read().checked.diagnostics.find(({ span }) => at !== undefined && span.start <= at && at < span.end)
  hover.hidden = !found && !problem
  if (hover.hidden) return
  const words = problem ? [problem.message, problem.help].filter(Boolean).join("\n") : ""
  hover.textContent = [words, found?.text.replaceAll("**", "").replaceAll("`", "")].filter(Boolean).join("\n\n")
  placeAt((found?.span ?? problem.span).start, hover)
})
text.addEventListener("mouseleave", () => {
  hover.hidden = true
})

text.value = example
paint()
document.documentElement.dataset.ready = "yes"
