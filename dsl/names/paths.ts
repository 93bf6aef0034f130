/** Paths as plain text: `dsl/` needs no file system. Forward slashes; a backslash counts as one. */

export const isRelative = (path: string): boolean => /^\.\.?(?:[\\/]|$)/.test(path)
const isAbsolute = (path: string): boolean => /^(?:[\\/]|[A-Za-z]:[\\/]|[a-z][\w+.-]+:\/\/)/.test(path)

/** `a/b/../c` as `a/c`. */
export const joined = (folder: string, path: string): string => {
  const whole = (isAbsolute(path) || folder === "" ? path : `${folder}/${path}`).replaceAll("\\", "/")
  const root = /^(?:[a-z][\w+.-]+:\/{2,3}|[A-Za-z]:\/|\/)/.exec(whole)?.[0] ?? ""
  const parts: string[] = []
  for (const part of whole.slice(root.length).split("/")) {
    if (part === "" || part === ".") continue
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop()
    else if (part !== ".." || root === "") parts.push(part)
  }
  return root + parts.join("/")
}

export const folderOf = (path: string): string => {
  const at = path.replaceAll("\\", "/").lastIndexOf("/")
  return at < 0 ? "" : at === 0 ? "/" : path.slice(0, at).replaceAll("\\", "/")
}
