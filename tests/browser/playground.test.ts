/** The playground in a real browser. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Browser, Page } from "puppeteer-core"
import { type Playground, servePlayground } from "../../src/playground/server.ts"
import { barrierProblems } from "./barriers.ts"
import { launchBrowser } from "./browser.ts"

let serving: Promise<Playground> | undefined
let opening: Promise<Browser | string> | undefined
const served = (): Promise<Playground> => {
  serving ??= servePlayground(0)
  return serving
}
after(async () => {
  const browser = await opening
  if (browser !== undefined && typeof browser !== "string") await browser.close()
  await (await serving)?.close()
})

interface Visit {
  readonly page: Page
  readonly said: string[]
  readonly requested: string[]
}

const open = async (t: { skip: (reason: string) => void }): Promise<Visit | undefined> => {
  opening ??= launchBrowser()
  const browser = await opening
  if (typeof browser === "string") {
    t.skip(`no browser: ${browser}`)
    return undefined
  }
  const page = await browser.newPage()
  const [said, requested]: [string[], string[]] = [[], []]
  page.on("console", (message) => said.push(message.text()))
  page.on("pageerror", (error) => said.push(String(error)))
  page.on("request", (asked) => requested.push(asked.url()))
  const { url } = await served()
  await page.goto(url, { waitUntil: "load" })
  await page.waitForSelector("html[data-ready]", { timeout: 20_000 })
  return { page, said, requested }
}

/** The text is another, the cursor at its end. */
const write = (page: Page, text: string) =>
  page.evaluate(
    `(() => { const t = document.getElementById("text"); t.focus(); t.value = ${JSON.stringify(text)}; t.setSelectionRange(t.value.length, t.value.length); t.dispatchEvent(new InputEvent("input", {})) })()`,
  )
const value = (page: Page) => page.evaluate('document.getElementById("text").value') as Promise<string>
const shown = (page: Page, id: string) => page.evaluate(`document.getElementById("${id}").innerText`) as Promise<string>

test("the example is sound, and a mistake is told as it is typed", async (t) => {
  const visit = await open(t)
  if (!visit) return
  const { page, said, requested } = visit
  const { url } = await served()
  assert.equal(await shown(page, "summary"), "no problems")
  await write(page, "language 1\nadapter a = lora { rnak: 8 }\n")
  assert.match(
    await shown(page, "problems"),
    /2:20 error L2R0401: `rnak` is not an option of `lora` \(did you mean `rank`\?\)/,
  )
  assert.equal(await page.evaluate('document.querySelector("#colours .error").textContent'), "rnak")
  assert.equal(await page.evaluate('document.querySelector("#colours .class").textContent'), "lora")
  assert.deepEqual(said, [])
  assert.deepEqual(
    requested.filter((each) => !each.startsWith(url) && !each.startsWith("data:")),
    [],
  )
  await page.close()
})

test("completion by keys, hover by the pointer, formatting", async (t) => {
  const visit = await open(t)
  if (!visit) return
  const { page, said } = visit
  await write(page, "language 1\nmemory few = random\nrouter r = l2r { memory: few, aggregate: ")
  await page.keyboard.down("Control")
  await page.keyboard.press("Space")
  await page.keyboard.up("Control")
  assert.match(await shown(page, "offers"), /outputs\s*default[\s\S]*parameters/)
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  assert.match(await value(page), /aggregate: parameters$/)
  await page.keyboard.type(", ep")
  assert.match(await shown(page, "offers"), /^epochs/)
  await page.keyboard.press("Enter")
  await page.keyboard.type("7 }")
  assert.match(await value(page), /epochs: 7 \}$/)
  const place = (await page.evaluate(
    '(() => { const r = [...document.querySelectorAll("#colours .property")].find((each) => each.textContent === "aggregate").getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2] })()',
  )) as [number, number]
  await page.mouse.move(place[0], place[1])
  assert.match(await shown(page, "hover"), /aggregate: outputs or parameters; default outputs/)
  await page.evaluate('document.getElementById("text").focus()')
  await page.keyboard.down("Alt")
  await page.keyboard.down("Shift")
  await page.keyboard.press("KeyF")
  await page.keyboard.up("Shift")
  await page.keyboard.up("Alt")
  assert.match(await value(page), /epochs: 7 \}\n$/)
  assert.deepEqual(said, [])
  await page.close()
})

test("no barriers, in the light and in the dark", async (t) => {
  const visit = await open(t)
  if (!visit) return
  for (const mode of ["light", "dark"]) {
    await visit.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: mode }])
    const found = await barrierProblems(visit.page)
    assert.deepEqual(
      found.filter((each) => !each.startsWith("a link to nowhere")),
      [],
      mode,
    )
  }
  await visit.page.close()
})
