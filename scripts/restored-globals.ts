/** Frameworks replace globals, and files share workers: each file begins with those of the runtime. */
import { afterAll } from 'vitest'

const { Request, Response, Date: SystemDate, fetch, setImmediate, clearImmediate } = globalThis
const restored = { Request, Response, Date: SystemDate, fetch, setImmediate, clearImmediate }

afterAll(() => {
  for (const [name, value] of Object.entries(restored))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
})
