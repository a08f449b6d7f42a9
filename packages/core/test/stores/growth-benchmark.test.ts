import { expect, it } from 'vitest'
import { measureAt, requestsOf } from '../../../../bench/growth/grow.ts'
import { subjects } from '../../../../bench/growth/subjects.ts'

const effort = { rounds: 1, requests: 1, lookUps: 1, insertions: 1 }

it.each(Object.entries(subjects(requestsOf(effort))))(
  'The benchmark of growth measures requests, look-ups and insertions with two entries: %s',
  async (_name, make) => {
    const subject = await make()
    const figures = await measureAt(subject, 2, effort)
    expect(figures.map(({ table, name, unit }) => [table, name, unit])).toEqual([
      [subject.name, 'request at 2', 'µs'],
      [subject.name, 'look-up at 2', 'µs'],
      [subject.name, 'insertion at 2', 'µs'],
    ])
    // The processor time of one look-up can be zero, so that its ratio is not a number.
    expect(figures.every(({ median }) => median > 0)).toBe(true)
  },
)
