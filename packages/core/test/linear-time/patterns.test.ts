import { describe, expect, it } from 'vitest'
import { auditedPatterns, builtPatterns } from './audited-patterns.ts'
import { isLinear, shapesBetween } from './measure.ts'
import { patternsOf, sourcePatterns } from './source-patterns.ts'

describe('the regular expressions of the published packages', () => {
  it('are exactly those that were audited [O05]', () => {
    const audited = [...auditedPatterns.map(({ pattern }) => String(pattern)), ...builtPatterns]
    const found = sourcePatterns()
    const inSource = new Set(found.map((one) => one.slice(one.indexOf(': ') + 2)))
    expect({
      missing: found.filter((one) => !audited.includes(one.slice(one.indexOf(': ') + 2))),
      unused: audited.filter((one) => !inSource.has(one)),
    }).toEqual({ missing: [], unused: [] })
  })

  it('are found wherever they stand in the source, and nothing else is found', () => {
    const source = `
      const half: number = (a + b) / 2 / c // not /this/
      const path = \`\${base}/well/\${/one"/.test('/nor/') ? \`\${{ two: /t\\/wo/gi }.two}\` : 1 / 2}/known/\`
      /* nor /that/ */ const slashes = "/no/"
      if (/[/]three/u.exec(text)) throw /four/
      text.split(new RegExp(\`^\${five}$\`))
      const six = RegExp('six')
    `
    expect(patternsOf(source)).toEqual([
      '/one"/',
      '/t\\/wo/gi',
      '/[/]three/u',
      '/four/',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source
      'RegExp(`^${five}$`)',
      'RegExp("six")',
    ])
  })

  it.each(
    auditedPatterns.map(({ pattern, almost, meets }) => [String(pattern), meets, pattern, almost] as const),
  )('%s takes ten times as long for ten times the text (%s) [O05]', (_, __, pattern, almost) => {
    const run = (text: string): unknown => {
      pattern.lastIndex = 0
      return pattern.global ? text.replace(pattern, '') : pattern.exec(text)
    }
    for (const shape of shapesBetween(['', ''], ...almost))
      expect(isLinear(run, shape) || shape(20)).toBe(true)
  })
})

describe('the measurement', () => {
  const spaces = (length: number): string => ' '.repeat(length)
  it.each([
    ['passes linear time', 1, true],
    ['detects quadratic time', 2, false],
  ])('%s [O05]', (_, exponent, expected) => {
    // A clock that counts the work, so that the speed of the machine does not matter.
    let work = 0
    const run = (text: string): void => {
      work += text.length ** exponent
    }
    expect(isLinear(run, spaces, [400, 4000], () => work)).toBe(expected)
  })
})
