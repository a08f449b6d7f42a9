import { s256 } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { readMissionHeader } from '../../src/wire/mission-header.ts'

const approver = 'https://ps.example'
const mission = { approver, s256 }

describe('AAuth-Mission', () => {
  it.each([
    [`approver="${approver}"; s256="${s256}"`, 'the printed form'],
    [`approver="${approver}";s256="${s256}"`, 'the canonical form'],
    [`approver="${approver}", s256="${s256}"`, 'the form with a comma'],
    [`s256="${s256}", approver="${approver}"`, 'the form with a comma, the other way round'],
    [`approver="${approver}";x=1;s256="${s256}";y`, 'a parameter that is not known'],
    [`approver="${approver}";x, s256="${s256}";y`, 'parameters in the form with a comma'],
    [`  approver="${approver}"; s256="${s256}"  `, 'spaces around it'],
  ])('is read from %s: %s [MISS-1]', (line) => {
    expect(readMissionHeader([line])).toStrictEqual(mission)
  })

  it.each([
    ['approver="x"; s256="y"; s256="z"', 's256 twice as a parameter'],
    ['approver="x"; s256="y"; s256="y"', 'the same s256 twice'],
    ['approver="x", s256="y", s256="z"', 's256 twice as a member'],
    ['approver="x", approver="z"; s256="y"', 'approver twice'],
    ['approver="x"; s256="y", approver="x"; s256="y"', 'the same member twice'],
    ['approver="x"; approver="z"; s256="y"', 'approver as a parameter of itself'],
    ['approver="x";s256="y",\ts256="y"', 'a repetition after a tab'],
    ['approver="x"; s256="y", s256="y"', 'both spellings mixed'],
    ['approver="x"; s256="y", s256="z"', 'both spellings mixed, with different values'],
    ['approver="x", s256="y"; s256="z"', 's256 as a parameter of itself'],
    ['approver="x", s256="y";approver="z"', 'approver as a parameter of s256'],
  ])('is refused as ambiguous: %s (%s) [MISS-1]', (line) => {
    expect(readMissionHeader([line])).toBeUndefined()
  })

  it.each([
    ['', 'nothing'],
    ['approver="x"', 'no s256'],
    ['s256="y"', 'no approver'],
    ['approver; s256="y"', 'an approver without value'],
    ['approver=x; s256="y"', 'a token for approver'],
    ['approver="x"; s256=y', 'a token for s256'],
    ['approver="x"; s256', 's256 without value'],
    ['approver="x"; s256=:eQ==:', 'bytes for s256'],
    ['approver="x", s256=y', 'a token for the member s256'],
    ['approver="x", s256=("y")', 'a list for the member s256'],
    ['approver=("x"); s256="y"', 'a list for approver'],
    ['approver="x"; s256="y", other="z"', 'another member'],
    ['approver="x", s256="y", other', 'another member in the form with a comma'],
    ['approver="x"; S256="y"', 'upper case'],
    ['approver="x" s256="y"', 'no separator'],
    ['approver="x; s256="y"', 'a string without end'],
    ['approver = "x"; s256 = "y"', 'spaces around ='],
    ['{"approver":"x","s256":"y"}', 'JSON'],
  ])('is refused as malformed: %s (%s) [MISS-1]', (line) => {
    expect(readMissionHeader([line])).toBeUndefined()
  })

  it('is refused in two lines, even if each is well-formed [MISS-1]', () => {
    const line = `approver="${approver}"; s256="${s256}"`
    expect(readMissionHeader([line, line])).toBeUndefined()
    expect(readMissionHeader([`approver="${approver}"`, `s256="${s256}"`])).toBeUndefined()
    expect(readMissionHeader([])).toBeUndefined()
  })

  it('may contain names of its members inside a string', () => {
    const line = 'approver="https://ps.example/?approver=a, s256=b; s256"; s256="approver \\" ;approver"'
    expect(readMissionHeader([line])).toStrictEqual({
      approver: 'https://ps.example/?approver=a, s256=b; s256',
      s256: 'approver " ;approver',
    })
  })

  it('ignores names that only start or end like those of its members', () => {
    const line = 'approver="x";approver2=1;approver-x=1;s256.y=1;s256_=1;my-s256=1;s256="y"'
    expect(readMissionHeader([line])).toStrictEqual({ approver: 'x', s256: 'y' })
  })

  it('is read up to 1024 characters and refused beyond', () => {
    const line = (length: number) => `approver="x"; s256="y"; p="${'p'.repeat(length - 28)}"`
    expect(line(1024)).toHaveLength(1024)
    expect(readMissionHeader([line(1024)])).toStrictEqual({ approver: 'x', s256: 'y' })
    expect(readMissionHeader([line(1025)])).toBeUndefined()
  })
})
