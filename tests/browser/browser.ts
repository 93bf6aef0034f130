/** A real browser for tests: the Chromium of an npm package on x86-64 Linux, else one that is installed. */
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Browser } from "puppeteer-core"

const NAMES = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "chrome",
  "msedge",
  "chrome.exe",
  "msedge.exe",
]
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
]

/** The browser, or why there is none. The caller closes it. */
export async function launchBrowser(): Promise<Browser | string> {
  const puppeteer = await import("puppeteer-core")
  const tried: string[] = []
  if (process.platform === "linux" && process.arch === "x64") {
    try {
      const { default: chromium } = await import("@sparticuz/chromium")
      const executablePath = await chromium.executablePath()
      return await onceWritten(() => puppeteer.launch({ args: chromium.args, executablePath, headless: "shell" }))
    } catch (error) {
      tried.push(`@sparticuz/chromium: ${error instanceof Error ? error.message.split("\n")[0] : error}`)
    }
  }
  const path = process.env.BROWSER_PATH ?? installed()
  if (path === undefined) return [...tried, "no installed browser was found; BROWSER_PATH may name one"].join("; ")
  try {
    return await puppeteer.launch({ executablePath: path, args: ["--no-sandbox"] })
  } catch (error) {
    return [...tried, `${path}: ${error instanceof Error ? error.message.split("\n")[0] : error}`].join("; ")
  }
}

/** The package unpacks its browser when it is asked for first; where another process is still writing it, it can't be run yet. */
async function onceWritten(launch: () => Promise<Browser>): Promise<Browser> {
  for (let tries = 0; ; tries++)
    try {
      return await launch()
    } catch (error) {
      if (tries === 120 || !String(error).includes("ETXTBSY")) throw error
      await setTimeout(500)
    }
}

function installed(): string | undefined {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...PLACES, ...onPath].find((path) => existsSync(path))
}
