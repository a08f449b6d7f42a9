import { createRequire } from 'node:module'
import express5 from 'express'

/** Express 4 has the same types as far as they are used here. */
const express4 = createRequire(import.meta.url)('express4') as typeof express5

/** The two supported major versions of Express, for `describe.each`. */
export const expressLines: readonly (readonly [name: string, express: typeof express5])[] = [
  ['Express 5', express5],
  ['Express 4', express4],
]
