/** What the checks of the documentation read in a Markdown page. */

/** The page without fenced code blocks, in which `[a](b)` is not a link and `# x` is not a heading. */
export function withoutBlocks(page: string): string {
  return page.replace(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '')
}

/** Names that a link to the page can end with: of headings, as GitHub makes them, and of `<a id="…">`. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const prose = withoutBlocks(page)
  const anchors = new Set([...prose.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id))
  const counts = new Map<string, number>()
  for (const title of titlesOf(page)) {
    const anchor = anchorOf(title)
    const count = counts.get(anchor) ?? 0
    counts.set(anchor, count + 1)
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`)
  }
  return anchors
}

/** Titles of the headings, of one level or of all. */
export function titlesOf(page: string, level?: number): readonly string[] {
  const marks = level === undefined ? '#{1,6}' : '#'.repeat(level)
  return [...withoutBlocks(page).matchAll(new RegExp(`^${marks} (.+)$`, 'gm'))].map(([, title = '']) => title)
}

/** Targets of links and pictures, as they are written. */
export function linksOf(page: string): readonly string[] {
  const prose = withoutBlocks(page).replace(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

function anchorOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}
