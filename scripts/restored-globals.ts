/** Frameworks replace globals, and files share workers: each file begins with those of the runtime. */
import { afterAll } from 'vitest'

const { Request, Response } = globalThis

afterAll(() => {
  for (const [name, value] of Object.entries({ Request, Response }))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
})
