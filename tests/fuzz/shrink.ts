/** Makes a text that fails as short as it gets: pieces are taken out, large ones first, as long as it still fails. */

/** `fails` must hold of the text; it holds of what comes back, and of no text that is that one without one character. */
export const shrink = (text: string, fails: (text: string) => boolean): string => {
  let least = text
  for (let size = Math.max(1, least.length >> 1); ; ) {
    const before = least.length
    for (let at = 0; at < least.length; ) {
      const less = least.slice(0, at) + least.slice(at + size)
      if (fails(less)) least = less
      else at += size
    }
    // Another round of single characters where the last one has made room for it.
    if (size > 1) size >>= 1
    else if (least.length === before) break
  }
  return least
}
