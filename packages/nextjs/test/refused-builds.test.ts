import { expect, it } from 'vitest'
import { buildApp } from './next-app.ts'

it('the build fails for a protected route in the Edge Runtime', async () => {
  await expect(buildApp(`${import.meta.dirname}/refused-app`)).rejects.toThrow('remove `runtime = "edge"`')
})
