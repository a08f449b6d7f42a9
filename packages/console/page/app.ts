import type { Mission, MissionSnapshot, ResourceEvent, ResourceSnapshot } from '@aauth-guard/core'
import type { Connection, FeedListener } from './feed/feed.ts'
import { DecisionLog, type Kept, newest, type Row } from './model/decision-log.ts'
import { everything, type Filter, passes } from './model/filter.ts'
import { clock } from './model/format.ts'
import type {
  ConsoleDecision,
  ConsoleState,
  MissionState,
  Outcome,
  PointEvent,
  Sampled,
} from './model/protocol.ts'
import { Series } from './model/series.ts'
import { Frames } from './view/frames.ts'

/** What the panel shows. */
export type Selection =
  | { readonly kind: 'decision'; readonly row: Row }
  | { readonly kind: 'mission'; readonly mission: Mission }

export type Region = 'header' | 'now' | 'tools' | 'list' | 'missions' | 'world' | 'panel'

export type WorldTab = 'happenings' | 'issuers' | 'stores'

/** Milliseconds between two renderings of the list while more than `calm` decisions a second arrive. */
const pace = 250
const calm = 20

/** What the page knows and what its user chose. Each change marks the regions of the page that show it. */
export class App implements FeedListener {
  readonly log = new DecisionLog()
  readonly series = new Series()
  readonly #frames = new Frames()
  readonly #renders = new Map<Region, () => void>()
  connectionState: Connection = 'connecting'
  connectionReason: string | undefined
  current: ResourceSnapshot | undefined
  startedAt: number | undefined
  happenings: ResourceEvent[] = []
  filter: Filter = everything
  /** What the list shows while it is held still. */
  held: Kept | undefined
  /** Decisions that arrived since. */
  newer = 0
  /** Whether it was held by the button or the key, so that scrolling back does not let go. */
  isPaused = false
  activeKey: string | undefined
  selection: Selection | undefined
  /** What the panel showed before, for the way back. */
  previous: Selection | undefined
  missionState: MissionState | undefined
  missionFault: string | undefined
  sample: (Sampled & { readonly at: number }) | undefined
  worldTab: WorldTab = 'happenings'
  #arrived = 0
  #listDueAt = 0
  #listTimer: ReturnType<typeof setTimeout> | undefined
  /** Called when a selection appears or goes. */
  onSelection: (isFocused: boolean) => void = () => undefined

  register(region: Region, render: () => void): void {
    this.#renders.set(region, render)
  }

  mark(...regions: readonly Region[]): void {
    for (const region of regions) {
      const render = this.#renders.get(region)
      if (render !== undefined) this.#frames.mark(render)
    }
  }

  markAll(): void {
    this.mark(...this.#renders.keys())
  }

  /** Each second: clocks and what depends on time. */
  tick(): void {
    this.#arrived = 0
    if (this.sample !== undefined && Date.now() - this.sample.at > 4000) this.sample = undefined
    this.mark('header', 'now', 'tools', 'missions', 'world')
    if (this.selection?.kind === 'mission') this.mark('panel')
  }

  // What the feed tells.

  connection(connection: Connection, why?: string): void {
    this.connectionState = connection
    this.connectionReason = why
    this.mark('header', 'list')
  }

  state({ snapshot, startedAt, now, decisions, happenings, series }: ConsoleState): void {
    clock.ahead = now - Date.now()
    this.current = snapshot
    this.startedAt = startedAt
    this.happenings = [...happenings]
    this.series.load(series)
    this.log.merge(decisions)
    this.markAll()
  }

  decision(decision: ConsoleDecision): void {
    if (!this.log.add(decision)) return
    this.series.add(decision)
    this.#arrived++
    if (this.held !== undefined) {
      this.newer++
      this.mark('tools')
    } else this.#markList()
  }

  happening(event: ResourceEvent): void {
    this.happenings.push(event)
    if (this.happenings.length > 200) this.happenings = this.happenings.slice(-200)
    this.mark('world')
  }

  snapshot(snapshot: ResourceSnapshot): void {
    this.current = snapshot
    this.mark('header', 'missions', 'world')
    if (this.selection?.kind === 'mission') void this.loadMission()
  }

  sampled(sampled: Sampled): void {
    this.sample = { ...sampled, at: Date.now() }
    this.mark('header')
  }

  point(point: PointEvent): void {
    this.series.correct(point)
  }

  // What the user does.

  /** The rows that pass, the newest first. */
  rows(): readonly Row[] {
    return newest(this.held ?? this.log.kept, this.filter.outcomes, passes(this.filter))
  }

  hold(): void {
    if (this.held !== undefined) return
    this.held = this.log.copy()
    this.newer = 0
    this.mark('tools', 'header', 'list')
  }

  follow(): void {
    this.held = undefined
    this.newer = 0
    this.isPaused = false
    this.activeKey = undefined
    this.mark('tools', 'header', 'list')
  }

  togglePause(): void {
    if (this.held !== undefined) this.follow()
    else {
      this.isPaused = true
      this.hold()
    }
  }

  setFilter(change: Partial<Filter> | undefined): void {
    this.filter = change === undefined ? everything : { ...this.filter, ...change }
    this.mark('tools', 'list', 'now')
  }

  toggleOutcome(outcome: Outcome): void {
    const { outcomes } = this.filter
    // The first press of a button asks for this outcome alone, as a reader wants who looks for refusals.
    const next =
      outcomes.length === 4
        ? [outcome]
        : outcomes.includes(outcome)
          ? outcomes.filter((one) => one !== outcome)
          : [...outcomes, outcome]
    this.setFilter({ outcomes: next.length === 0 ? everything.outcomes : next })
  }

  selectDecision(row: Row, isFocused = false): void {
    this.hold()
    this.activeKey = row.key
    this.#select({ kind: 'decision', row }, isFocused)
    this.mark('list')
  }

  selectMission(mission: Mission, isFocused = true): void {
    this.missionState = undefined
    this.missionFault = undefined
    this.#select({ kind: 'mission', mission }, isFocused)
    void this.loadMission()
  }

  goBack(): void {
    const { previous } = this
    if (previous === undefined) return
    if (previous.kind === 'mission') this.selectMission(previous.mission)
    else this.#select(previous, true)
    this.previous = undefined
  }

  closePanel(): void {
    if (this.selection === undefined) return
    this.selection = undefined
    this.previous = undefined
    this.onSelection(false)
    this.mark('panel', 'missions', 'list')
  }

  async loadMission(): Promise<void> {
    if (this.selection?.kind !== 'mission') return
    const { mission } = this.selection
    const isStill = () => this.selection?.kind === 'mission' && this.selection.mission === mission
    try {
      const response = await fetch(`mission?${new URLSearchParams({ ...mission })}`)
      if (!isStill()) return
      this.missionFault = response.ok ? undefined : `The server answers ${response.status}.`
      if (response.ok) this.missionState = (await response.json()) as MissionState
    } catch {
      this.missionFault = 'The server does not answer.'
    }
    if (isStill()) this.mark('panel')
  }

  /** What the last snapshot says of a mission. */
  missionOf({ approver, s256 }: Mission): MissionSnapshot | undefined {
    return this.current?.missions.find(
      ({ mission }) => mission.approver === approver && mission.s256 === s256,
    )
  }

  #select(selection: Selection, isFocused: boolean): void {
    const isOther = this.selection !== undefined && this.selection.kind !== selection.kind
    this.previous = isOther ? this.selection : undefined
    this.selection = selection
    // The panel is rendered before what is in it takes the focus.
    this.mark('panel', 'missions')
    this.onSelection(isFocused)
  }

  /** At once where few arrive. Where many do, nobody can read a list that changes with each frame. */
  #markList(): void {
    if (this.#listTimer !== undefined) return
    const wait = this.#arrived > calm ? Math.max(0, this.#listDueAt - Date.now()) : 0
    if (wait === 0) {
      this.#renderList()
      return
    }
    this.#listTimer = setTimeout(() => {
      this.#listTimer = undefined
      this.#renderList()
    }, wait)
  }

  #renderList(): void {
    this.#listDueAt = Date.now() + pace
    this.mark('list', 'tools')
  }
}
