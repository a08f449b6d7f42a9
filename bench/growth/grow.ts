import type { Figure } from '../figures.ts'
import { octetsInUse } from './heap.ts'
import { enter, type Filling, type Subject } from './subject.ts'

/** How much is measured. */
export interface Effort {
  readonly rounds: number
  /** Requests of one round. */
  readonly requests: number
  /** Look-ups of one round. */
  readonly lookUps: number
  /** Insertions of one round. */
  readonly insertions: number
}

const warmUp = 3
/** Requests of each round that are not measured, since the first one of a token is new to its cache. */
const beforehand = 64

/** How many requests one resource is sent. */
export const requestsOf = ({ rounds, requests }: Effort): number =>
  (warmUp + rounds) * (beforehand + requests)

/** Up to this size a round gets a fresh resource, which its own insertions would otherwise fill. */
const small = 1000

/** What a subject costs at one size, against a resource that remembers one entry. */
export async function measureAt(subject: Subject, size: number, effort: Effort): Promise<Figure[]> {
  const before = octetsInUse()
  const took = new Float64Array(size)
  const many = await fill(subject, size, took)
  const octets = (octetsInUse() - before) / size
  const times = { request: pairs(), 'look-up': pairs(), insertion: pairs() }
  const { rounds } = effort
  for (let round = -warmUp; round < rounds; round++) {
    const sides = [size <= small ? await fill(subject, size) : many, await fill(subject, 1)] as const
    // Each side is first in every other round.
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
    for (const which of order) {
      const side = sides[which]
      const filled = which === 1 ? 1 : size <= small ? size : size + (round + warmUp) * effort.insertions
      for (let i = 0; i < beforehand; i++) await side.request(i)
      const found = {
        request: await timeRequests(side, effort.requests),
        'look-up': timeLookUps(side, effort.lookUps),
        insertion: await timeInsertions(side, filled, effort.insertions),
      }
      if (round < 0) continue
      for (const what of ['request', 'look-up', 'insertion'] as const) times[what][which].push(found[what])
    }
  }
  const at = size.toLocaleString('en')
  const common = { table: subject.name, better: 'lower' } as const
  took.sort()
  return [
    ...(['request', 'look-up', 'insertion'] as const).map((what) => ({
      ...common,
      name: `${what} at ${at}`,
      unit: 'µs',
      ...compared(times[what]),
    })),
    // With fewer entries the difference is noise.
    ...(size >= 1000 || size === subject.max
      ? [
          { ...common, name: `memory of an entry at ${at}`, unit: 'octets', median: Math.round(octets) },
          {
            ...common,
            name: `longest insertion up to ${at}`,
            unit: 'ms',
            median: (took.at(-1) as number) / 1000,
            p99: (took[Math.floor(size * 0.99)] as number) / 1000,
          },
        ]
      : []),
  ]
}

/** Microseconds for one. The processor time of a single insertion is too short to be measured. */
interface Time {
  readonly wall: number
  readonly cpu?: number
}

type Pair = readonly [many: Time[], one: Time[]]
const pairs = (): Pair => [[], []]

async function fill(subject: Subject, size: number, took?: Float64Array): Promise<Filling> {
  const filling = await subject.resource(size)
  let index = 0
  await enter(filling, 0, size, (time) => {
    if (took) took[index++] = time
  })
  filling.filled?.()
  return filling
}

async function timeRequests(side: Filling, count: number): Promise<Time> {
  const stop = startTime(count)
  for (let i = 0; i < count; i++) await side.request(i)
  return stop()
}

function timeLookUps(side: Filling, count: number): Time {
  const stop = startTime(count)
  for (let i = 0; i < count; i++) side.lookUp(i)
  return stop()
}

function startTime(count: number): () => Time {
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(used)
    return { wall: Number(process.hrtime.bigint() - start) / 1000 / count, cpu: (user + system) / count }
  }
}

/** The middle of several, since a pause for garbage collection belongs to no entry. */
async function timeInsertions(side: Filling, from: number, count: number): Promise<Time> {
  const took: number[] = []
  await enter(side, from, from + count, (time) => took.push(time))
  return { wall: middle(took) }
}

/** Processor time is compared where it is known, since other processes do not disturb it. */
function compared([many, one]: Pair): Pick<Figure, 'median' | 'cpu' | 'ratio' | 'spread'> {
  const costOf = ({ wall, cpu = wall }: Time): number => cpu
  const ratios = many.map((time, round) => costOf(time) / costOf(one[round] as Time)).sort((a, b) => a - b)
  const at = (part: number): number => ratios[Math.floor(part * (ratios.length - 1))] as number
  const cpu = many.map((time) => time.cpu).filter((time) => time !== undefined)
  return {
    median: middle(many.map(({ wall }) => wall)),
    ...(cpu.length > 0 && { cpu: middle(cpu) }),
    ratio: middle(ratios),
    spread: (at(0.75) - at(0.25)) / 2,
  }
}

function middle(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
