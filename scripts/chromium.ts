import { existsSync } from 'node:fs'

/** Debian's Chromium, or the one that `CHROMIUM` names; `undefined` where there is none. */
export const chromium: string | undefined = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

if (chromium === undefined)
  console.log('chromium is missing: tests of pages are skipped (apt-get install chromium)')
