import type { Caller } from '../caller.ts'
import type { MissionPlay } from '../mission-play.ts'
import type { Facts, Outcome, Step } from '../play.ts'

const terminated: Facts = {
  status: 403,
  error: 'mission_terminated',
  mission_status: 'terminated',
  termination_reason: 'revoked',
}

/** How runtimes get in by themselves, in one generation. */
export interface Ways {
  readonly play: MissionPlay
  /** Posts, and does whatever it takes: in this mission, or in none. */
  byItself(caller: Caller, path: string, mission?: string): Promise<Outcome>
  /** What is asked on the way, and the status at its end. */
  way(path: string, status: number): readonly string[]
}

/** A mission is proposed, and Ada agrees. */
export function proposal(play: MissionPlay, caller: Caller, name: string, description: string): Step {
  const { host } = play
  return {
    who: `The ${caller.name} proposes a mission to ${host}: ${description.toLowerCase()}. Ada is asked, and agrees.`,
    play: () => play.told(play.propose(caller, name, description), true),
    told: {
      [`the ${caller.name} asked`]: [`POST ${host}/mission: 202`, `GET ${host}/mission/pending/…: 200`],
      record: { agent: caller.agent.id, description },
      's256 is the digest of the record': true,
    },
    because: 'Her server keeps the record. Everybody else knows the mission by the digest of it.',
  }
}

/** Two runtimes work on the run, one dies, and another takes over. */
export function workSteps({ play, byItself, way }: Ways): Step[] {
  const { second, replacement, first } = play
  const path = `/runs/run-${play.run}/steps`
  const asked = (status: number): Facts => ({ [`the ${second.name} asked`]: way(path, status) })
  return [
    {
      who: `A second runtime of the ${second.name} joins: same agent and provider, a key and tokens of its own.`,
      play: () => play.told(byItself(second, path, 'MAIL')),
      told: { status: 200, body: { step: 1 }, ...asked(200) },
      because: 'Same mission, same person. The run is not tied to the key that began it.',
    },
    {
      who: 'The two of them work on the run at the same time.',
      play: () => play.told(play.together(first, second)),
      told: { statuses: [200, 200], steps: [2, 3] },
      because: 'Neither has to wait for the other, and nothing has to be handed over.',
    },
    {
      who: 'The first one dies, and its key with it. A replacement starts, and goes on.',
      play: () => play.told(byItself(replacement, path, 'MAIL')),
      told: { status: 200, body: { step: 4 }, ...asked(200) },
      because: 'What the first one could do it could do for the mission, so the next one can do it as well.',
    },
  ]
}

/** The wrong mission, none, and the end of the right one. */
export function endSteps({ play, byItself, way }: Ways): Step[] {
  const { second, replacement } = play
  const path = `/runs/run-${play.run}/steps`
  const refused: Facts = { [`the ${second.name} asked`]: way(path, 403) }
  const working = { authToken: '' }
  return [
    proposal(play, second, 'PHOTOS', 'Sort the photos of the week'),
    {
      who: 'In that mission it comes to the run of the first one.',
      async play() {
        working.authToken = second.held.authToken
        return play.told(byItself(second, path, 'PHOTOS'))
      },
      told: { status: 403, error: 'mission_mismatch', ...refused },
      because: 'Same agent, same provider, same person, and not what Ada agreed to for this run.',
    },
    {
      who: 'It comes without any mission.',
      play: () => play.told(byItself(second, path)),
      told: {
        status: 403,
        error: 'mission_required',
        [`the ${second.name} asked`]: [...way(path, 403).slice(0, -3), `POST runs.example${path}: 403`],
      },
      because: 'Her server vouches for Ada alone, and that is too little here, whatever token it would get.',
    },
    ...terminationSteps(play, replacement, 'replacement'),
    {
      who: 'The second runtime goes on, with its token of that mission.',
      play() {
        second.held.authToken = working.authToken
        return play.told(play.step(second), true)
      },
      told: terminated,
      because: 'An end is for good: the API asks no more, and refuses every token of the mission at once.',
    },
  ]
}

/** Ada ends the mission while `name` works in it, and the API finds out. */
export function terminationSteps(play: MissionPlay, worker: Caller, name: string): Step[] {
  return [
    {
      who: `Ada ends the mission at ${play.host}, while the ${name} is at work.`,
      play: () => play.told(play.end('MAIL')),
      told: { 'terminated there': true },
      because: 'Nobody tells the API, as the protocol has it. It is up to the API to ask.',
    },
    {
      who: `The ${name} takes one step after the other, until it is refused.`,
      play: () => play.told(play.workUntilRefused(worker)),
      told: { ...terminated, 'served more than 1 s after the end': 0 },
      because: 'The last good answer was at most 1 s old; then the API asked, and heard of the end.',
    },
  ]
}
