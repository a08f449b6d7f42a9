import { spawn } from 'node:child_process'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // `start` is a command of the shell.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens a page in the browser of the person, without a shell in between.
 * @returns whether there is a program that does so
 */
export function openPage(
  { href }: URL,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [program, ...args] = openers[platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const started = spawn(program, [...args, href], { env, stdio: 'ignore', detached: true, shell: false })
    started.once('error', () => resolve(false))
    started.once('spawn', () => resolve(true))
    // The browser goes on when the command is done.
    started.unref()
  })
}
