import { resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('the main entry imports nothing at run time, so that it runs wherever there is a Request', async () => {
  const { metafile } = await build({
    entryPoints: [resolve(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    platform: 'neutral',
    packages: 'external',
    metafile: true,
    write: false,
  })
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  expect(external).toEqual([])
})
