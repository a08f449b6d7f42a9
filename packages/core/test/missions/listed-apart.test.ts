import { expect, it } from 'vitest'
import { ListedApart } from '../../src/missions/listed-apart.ts'

const listed = 'https://ps.example'
const other = 'https://other-ps.example'

it('entries of other person servers do not evict those of a listed one [L08]', () => {
  const entries = new ListedApart<object>(2, (approver) => approver === listed)
  entries.set(`${listed}\n1`, { n: 1 })
  for (let n = 0; n < 100; n++) entries.set(`${other}\n${n}`, { n })
  expect(entries.get(`${listed}\n1`)).toEqual({ n: 1 })
  expect(entries.keys()).toHaveLength(3)
  entries.delete(`${listed}\n1`)
  expect(entries.get(`${listed}\n1`)).toBeUndefined()
})
