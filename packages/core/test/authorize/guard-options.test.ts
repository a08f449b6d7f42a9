import { describe, expect, it } from 'vitest'
import { defaultMaxContent, validateGuardOptions } from '../../src/authorize/guard-options.ts'

type Options = Parameters<typeof validateGuardOptions>[0]
const names = ['passErrors', 'maxContent'] as const

describe('the options of a guard', () => {
  it('have defaults', () => {
    expect({ ...validateGuardOptions<Options>({}, names) }).toEqual({
      passErrors: false,
      maxContent: defaultMaxContent,
    })
  })

  it.each<[object, RegExp]>([
    [{ passError: true }, /^"passError" is not an option of this guard: did you mean "passErrors"\?$/],
    [
      { parser: () => undefined },
      /^"parser" is not an option of this guard: use one of passErrors, maxContent$/,
    ],
    [{ passErrors: undefined }, /^"passErrors" of this guard is undefined: leave it out/],
    [{ passErrors: 1 }, /^"passErrors" is 1: write true /],
    [{ maxContent: 0 }, /^"maxContent" is [0-9.]+: write an integer of octets from 1 to /],
    [{ maxContent: 104_857_601 }, /^"maxContent" is [0-9.]+: write an integer of octets from 1 to /],
    [{ maxContent: 1.5 }, /^"maxContent" is [0-9.]+: write an integer of octets from 1 to /],
  ])('are refused when they are %o', (options, message) => {
    expect(() => validateGuardOptions<Options>(options, names)).toThrow(message)
  })

  it.each([null, undefined, 'passErrors'])('are refused when they are %j', (options) => {
    expect(() => validateGuardOptions(options as never, names)).toThrow(TypeError)
  })
})
