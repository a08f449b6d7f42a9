/** When requests are sent. */
export interface Pace {
  /** When the next request should be sent, if it is due; counts it as sent. */
  due(now: number): number | undefined
  isOver(now: number): boolean
  /** Whether requests become due while nothing is answered. */
  readonly isTimed: boolean
}

/** As soon as a connection is free: the server decides how fast. */
export function closedLoop(start: number, milliseconds: number): Pace {
  const isOver = (now: number): boolean => now >= start + milliseconds
  return { isTimed: false, isOver, due: (now) => (isOver(now) ? undefined : now) }
}

/** At fixed times, however fast the server answers: a request that waits for a connection is late from its own time on. */
export function fixedRate(start: number, milliseconds: number, perSecond: number): Pace {
  const planned = Math.floor((perSecond * milliseconds) / 1000)
  let sent = 0
  return {
    isTimed: true,
    isOver: () => sent === planned,
    due(now) {
      const time = start + (sent * 1000) / perSecond
      if (sent === planned || time > now) return undefined
      sent += 1
      return time
    },
  }
}
