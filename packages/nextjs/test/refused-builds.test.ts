import { expect, it } from 'vitest'
import { buildApp } from './next-app.ts'

const source = `${import.meta.dirname}/refused-app`

it('the build fails for a protected route that is rendered in advance', async () => {
  await expect(buildApp(source, { without: ['app/edge'] })).rejects.toThrow(
    'remove `dynamic = "force-static"`',
  )
})

it('the build fails for a protected route in the Edge Runtime', async () => {
  await expect(buildApp(source, { without: ['app/static'] })).rejects.toThrow('remove `runtime = "edge"`')
})

it('the build fails for a base path that the resource does not name', async () => {
  await expect(
    buildApp(source, { env: { BASE_PATH: '/docs' }, without: ['app/edge', 'app/static'] }),
  ).rejects.toThrow('"strippedPrefix" of the resource is "", but "basePath" of the application is "/docs"')
})
