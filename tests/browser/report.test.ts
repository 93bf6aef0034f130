/** The report in a real browser: quiet, offline, readable on a phone, in the dark, and by those who do not see it. */
import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test as nodeTest, type TestContext } from "node:test"
import { pathToFileURL } from "node:url"
import type { Browser, Page } from "puppeteer-core"
import { reportHtml } from "../../src/report/html/report.ts"
import { syntheticResults } from "../report/fixture.ts"
import { barrierProblems } from "./barriers.ts"
import { launchBrowser } from "./browser.ts"

const onNode = !("Bun" in globalThis) && !("Deno" in globalThis)
const skip = !onNode && "checked on Node alone: the page is the same text on all runtimes"
const test = (name: string, check: (t: TestContext) => Promise<void>) => nodeTest(name, { skip }, check)

let opening: Promise<Browser | string> | undefined
const folders: string[] = []

interface Visit {
  readonly page: Page
  readonly said: string[]
  readonly requested: string[]
}

interface View {
  readonly width?: number
  readonly mode?: "light" | "dark"
}

/** Opens a report from a file, all details unfolded; undefined, and the test skipped, where there is no browser. */
async function open(
  t: TestContext,
  content: string,
  { width = 1200, mode = "light" }: View = {},
): Promise<Visit | undefined> {
  opening ??= launchBrowser()
  const browser = await opening
  if (typeof browser === "string") {
    t.skip(`no browser: ${browser}`)
    return undefined
  }
  const folder = await mkdtemp(join(tmpdir(), "l2r-report-"))
  folders.push(folder)
  const file = join(folder, "report.html")
  await writeFile(file, content)
  const page = await browser.newPage()
  const said: string[] = []
  const requested: string[] = []
  page.on("console", (message) => said.push(message.text()))
  page.on("pageerror", (error) => said.push(String(error)))
  page.on("dialog", (dialog) => {
    said.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("request", (request) => requested.push(request.url()))
  await page.setViewport({ width, height: 800 })
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: mode }])
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" })
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
  return { page, said, requested }
}

after(async () => {
  const browser = await opening
  if (browser !== undefined && typeof browser !== "string") await browser.close()
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
})

const plain = () => reportHtml(syntheticResults({ seeds: 3 }))

test("the report says nothing on the console and requests nothing but itself", async (t) => {
  const visit = await open(t, plain())
  if (!visit) return
  assert.deepEqual(visit.said, [])
  assert.deepEqual(
    visit.requested.filter((url) => !url.startsWith("file:")),
    [],
  )
  assert.equal(visit.requested.length, 1)
  await visit.page.close()
})

test("markup in names stays text, and the policy stops a script that got in all the same", async (t) => {
  const evil = `<script>alert(1)</script><img src="http://127.0.0.1:9/x" onerror="alert(2)">`
  const visit = await open(t, reportHtml(syntheticResults({ taint: evil, rows: 3 })))
  if (!visit) return
  assert.deepEqual(visit.said, [])
  assert.equal(visit.requested.length, 1)
  assert.ok(await visit.page.evaluate("document.querySelector('h1').textContent.includes('<script>alert(1)')"))
  await visit.page.close()
  const broken = await open(t, plain().replace("<main>", "<main><script>document.title = 'broken'</script>"))
  assert.notEqual(await broken?.page.title(), "broken")
  await broken?.page.close()
})

test("at 360 and 320 pixels the page does not scroll sideways; wide tables scroll in their own box", async (t) => {
  const longName = "a_name_that_is_much_longer_than_any_screen_of_a_phone_is_wide_".repeat(3)
  for (const content of [plain(), reportHtml(syntheticResults({ taint: longName, rows: 3 }))]) {
    for (const width of [360, 320]) {
      const visit = await open(t, content, { width })
      if (!visit) return
      const [page, box] = (await visit.page.evaluate(
        "[document.documentElement.scrollWidth, Math.max(...[...document.querySelectorAll('.scroll')].map((box) => box.scrollWidth))]",
      )) as [number, number]
      assert.ok(page <= width, `${page} > ${width}`)
      assert.ok(box > width)
      await visit.page.close()
    }
  }
})

test("dark mode turns the page dark", async (t) => {
  const brightness = async (mode: "light" | "dark") => {
    const visit = await open(t, plain(), { mode })
    const colour = (await visit?.page.evaluate("getComputedStyle(document.body).backgroundColor")) as string | undefined
    await visit?.page.close()
    return colour === undefined ? undefined : Math.max(...(colour.match(/\d+/g) ?? []).map(Number))
  }
  const light = await brightness("light")
  if (light === undefined) return
  assert.ok(light > 240)
  assert.ok(((await brightness("dark")) ?? 255) < 60)
})

test("no barriers: headings, names of figures, tables and drawings, contrast in both modes", async (t) => {
  for (const mode of ["light", "dark"] as const) {
    const visit = await open(t, plain(), { mode })
    if (!visit) return
    assert.deepEqual(await barrierProblems(visit.page), [], mode)
    await visit.page.close()
  }
})

test("the check for barriers finds them", async (t) => {
  const bad = plain()
    .replace('<html lang="en">', "<html>")
    .replace("<h2", "<h4")
    .replaceAll(' role="img"', "")
    .replaceAll("<figcaption>", "<div>")
    .replaceAll(' scope="row"', "")
    .replace("--muted:#555d6a", "--muted:#c0c4ca")
  const visit = await open(t, bad.replace(/<meta http-equiv[^>]*>/, ""))
  if (!visit) return
  const found = (await barrierProblems(visit.page)).join("\n")
  for (const problem of [/language/, /heading/, /drawing/, /caption/, /scope/, /contrast/]) assert.match(found, problem)
  await visit.page.close()
})

test("a drawing is drawn: the screenshot holds the colours of routers and of the heat map", async (t) => {
  const visit = await open(t, plain())
  if (!visit) return
  const image = await visit.page.screenshot({ fullPage: true })
  assert.equal(Buffer.from(image.subarray(1, 4)).toString(), "PNG")
  assert.ok(image.length > 50_000, `${image.length} bytes`)
  const sizes = (await visit.page.evaluate(
    "[...document.querySelectorAll('svg[role=img]')].map((svg) => [svg.getBoundingClientRect().width, svg.querySelectorAll('.dot').length])",
  )) as [number, number][]
  assert.ok(sizes.length > 20)
  for (const [width, dots] of sizes) assert.ok(width > 150 && dots > 1, `${width} ${dots}`)
  await visit.page.close()
})
