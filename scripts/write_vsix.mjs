/**
 * Packs the extension for Visual Studio Code: `node scripts/write_vsix.mjs [FILE]`. A .vsix is a zip with the extension in a
 * folder and two files that say what is in it. The same sources give the same bytes.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { deflateRawSync } from "node:zlib"

const root = fileURLToPath(new URL("../", import.meta.url))
const extension = join(root, "editors", "vscode")

/** Names with their bytes. @returns {[string, Uint8Array][]} */
export function entries() {
  const read = (/** @type {string} */ file) => readFileSync(file)
  const names = readdirSync(extension, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".vsix"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const files = names.map(
    (file) =>
      /** @type {[string, Uint8Array]} */ ([
        `extension/${file.slice(extension.length + 1).replaceAll("\\", "/")}`,
        read(file),
      ]),
  )
  const text = (/** @type {string} */ content) => new TextEncoder().encode(content)
  return [
    ["[Content_Types].xml", text(contentTypes(files.map(([name]) => name)))],
    ["extension.vsixmanifest", text(manifest(JSON.parse(read(join(extension, "package.json")).toString())))],
    ...files,
    ["extension/LICENSE.txt", read(join(root, "LICENSE"))],
  ]
}

/** @param {readonly string[]} names */
function contentTypes(names) {
  const types = {
    json: "application/json",
    js: "application/javascript",
    md: "text/markdown",
    txt: "text/plain",
    vsixmanifest: "text/xml",
  }
  const used = new Set([...names.map((name) => name.split(".").pop()), "txt", "vsixmanifest"])
  const lines = Object.entries(types).filter(([ending]) => used.has(ending))
  return `<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${lines.map(([ending, type]) => `<Default Extension=".${ending}" ContentType="${type}"/>`).join("")}</Types>\n`
}

const escaped = (/** @type {string} */ text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")

/** @param {any} about */
function manifest({ name, version, publisher, displayName, description, categories, engines }) {
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Categories>${escaped(categories.join(","))}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escaped(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`
}

/** 1 January 1980, the first day that a zip can tell. */
const DAY = 0x21
/** Names are UTF-8. */
const FLAGS = 0x800

/** A zip of these files. @param {readonly [string, Uint8Array][]} files */
export function zip(files) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, bytes] of files) {
    const packed = deflateRawSync(bytes)
    const title = Buffer.from(name)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(FLAGS, 2)
    about.writeUInt16LE(8, 4)
    about.writeUInt16LE(DAY, 8)
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), about, title, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), about, rest, title]))
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write("PK\u0005\u0006", "latin1")
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

if (import.meta.main) {
  const { version } = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"))
  const file = process.argv[2] ?? `l2r-${version}.vsix`
  const bytes = zip(entries())
  writeFileSync(file, bytes)
  process.stdout.write(`${file}: ${bytes.length} bytes. Install it with: code --install-extension ${file}\n`)
}
