import type { Fleet, Terminated } from './fleet.ts'
import { inLanes, Load, pause } from './load.ts'
import { now } from './protocol.ts'
import type { StateServer } from './servers.ts'
import type { Prepared, SignedMission } from './signed.ts'

/** What happened while the fleet was under load. */
export interface Outcome {
  /** Milliseconds from the acknowledgement of each termination to the last acceptance after it; 0 if there was none. */
  readonly late: readonly number[]
  /** Answers 401 and 403 to requests under missions that nobody terminated. */
  readonly livingRefused: number
  /** Signatures that were accepted more than once. */
  readonly acceptedTwice: number
  /** Answers 503 and broken connections, of all answers. */
  readonly unavailable: number
  readonly answers: number
  /** Milliseconds from the return of the server of the state to the last 503. */
  readonly recoveryMs: number
  /** Terminations that had to be repeated until they were recorded. */
  readonly repeated: number
}

/** How long the parts take, in milliseconds. */
export interface Times {
  readonly before: number
  readonly outage: number
  readonly after: number
}

const connections = 24

/**
 * Calls the API all the time, terminates missions at random processes, and kills the server of the state in the middle.
 * @param doomed the number of missions that are terminated
 */
export async function play(
  fleet: Fleet,
  server: StateServer,
  { missions }: Pick<Prepared, 'missions'>,
  doomed: number,
  { before, outage, after }: Times,
): Promise<Outcome> {
  const load = new Load(fleet.port, connections)
  const terminating = new Set<string>()
  const terminated = new Map<string, Promise<Terminated>>()
  let [livingRefused, acceptedTwice, unavailable, answers] = [0, 0, 0, 0]
  let [lastUnavailable, isOver] = [0n, false]
  const send = async (one: SignedMission, message: SignedMission['get']): Promise<number> => {
    const status = await load.send(message)
    answers += 1
    if (status === 503 || status === 0) {
      unavailable += 1
      lastUnavailable = now()
    } else if (
      (status === 401 || status === 403) &&
      !terminating.has(one.mission.s256) &&
      message === one.get
    )
      livingRefused += 1
    return status
  }
  const posts = missions.flatMap((one) => one.posts.map((post) => [one, post] as const))
  let turn = 0
  const work = async (): Promise<void> => {
    turn += 1
    const post = turn % 10 === 0 ? posts.pop() : undefined
    if (post === undefined) {
      // Half of the requests are under missions that end, so that an acceptance that comes too late is seen.
      const at = turn % 2 === 0 ? turn % missions.length : turn % doomed
      const one = missions[at] as SignedMission
      await send(one, one.get)
      return
    }
    // The same signature twice at the same time, by two connections.
    const statuses = await Promise.all([send(...post), send(...post)])
    if (statuses.filter((status) => status < 300 && status > 0).length > 1) acceptedTwice += 1
  }
  const calling = inLanes(connections, () => isOver, work)
  const terminate = async (from: number, to: number, within: number): Promise<void> => {
    for (let at = from; at < to; at++) {
      const { mission } = missions[at] as SignedMission
      terminating.add(mission.s256)
      terminated.set(mission.s256, fleet.terminate(mission))
      await pause(within / (to - from))
    }
  }
  const [third, twoThirds] = [Math.ceil(doomed / 3), Math.ceil((2 * doomed) / 3)]
  await terminate(0, third, before)
  await Promise.all([server.kill(), terminate(third, twoThirds, outage)])
  await server.start()
  const returned = now()
  await terminate(twoThirds, doomed, after / 2)
  await pause(after / 2)
  isOver = true
  await calling
  load.close()
  const accepted = await fleet.accepted()
  const late: number[] = []
  let repeated = 0
  for (const [s256, acknowledged] of terminated) {
    const { at, attempts } = await acknowledged
    if (attempts > 1) repeated += 1
    late.push(Math.max(0, milliseconds((accepted.get(s256) ?? at) - at)))
  }
  const recoveryMs = Math.max(0, milliseconds(lastUnavailable - returned))
  return { late, livingRefused, acceptedTwice, unavailable, answers, recoveryMs, repeated }
}

/** Number of missions in a measurement, so that every process has verified every token before. */
const measured = 20

/** Requests per second that some of the processes answer, with tokens that they have seen before. */
export async function measure(
  fleet: Fleet,
  { missions }: Pick<Prepared, 'missions'>,
  size: number,
  duration: number,
): Promise<number> {
  fleet.use(size)
  const load = new Load(fleet.port, connections)
  let [answered, turn] = [0, 0]
  const send = async (): Promise<void> => {
    const { get } = missions[turn++ % Math.min(measured, missions.length)] as SignedMission
    if ((await load.send(get)) === 200) answered += 1
  }
  const warm = 3 * size * measured
  await inLanes(connections, () => turn >= warm, send)
  const [start, before] = [performance.now(), answered]
  await inLanes(connections, () => performance.now() - start > duration, send)
  load.close()
  fleet.use(fleet.size)
  return Math.round((answered - before) / ((performance.now() - start) / 1000))
}

function milliseconds(nanoseconds: bigint): number {
  return Math.round(Number(nanoseconds) / 1e5) / 10
}
