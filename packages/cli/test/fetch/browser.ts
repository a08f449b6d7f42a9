import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, serve } from './scene.ts'

/** A program in the place of the browser, which reports its arguments to the test. */
export interface Browser {
  /** A folder for `PATH` that has no other program. */
  readonly path: string
  /** The arguments it was started with. */
  readonly opened: Promise<readonly string[]>
}

/** @param name of the program that opens pages on some system */
export async function makeBrowser(name = 'xdg-open'): Promise<Browser> {
  let tell: (args: readonly string[]) => void = () => undefined
  const opened = new Promise<readonly string[]>((resolve) => {
    tell = resolve
  })
  const teller = await serve((req, res) => {
    tell(JSON.parse(decodeURIComponent(String(req.url).slice(1))) as string[])
    res.end()
  })
  const path = await makeFolder()
  const program = `#!${process.execPath}
fetch('${teller}/' + encodeURIComponent(JSON.stringify(process.argv.slice(2))))\n`
  await writeFile(join(path, name), program)
  await chmod(join(path, name), 0o755)
  return { path, opened }
}
