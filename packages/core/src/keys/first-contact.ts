/**
 * How many issuers nobody here has heard of may be looked up: callers that need no credential to name one must
 * not turn the resource into a scanner (security I19).
 */
export class FirstContactBudget {
  private tokens: number
  private filledAt: number | undefined
  private running = 0
  private readonly perSecond: number
  private readonly burst: number
  private readonly concurrent: number

  constructor(perSecond: number, burst: number, concurrent: number) {
    this.perSecond = perSecond
    this.burst = burst
    this.concurrent = concurrent
    this.tokens = burst
  }

  /** Takes one place, or says no. */
  take(now: number): boolean {
    const elapsed = Math.max(0, now - (this.filledAt ?? now))
    this.filledAt = now
    this.tokens = Math.min(this.burst, this.tokens + elapsed * this.perSecond)
    if (this.tokens < 1 || this.running >= this.concurrent) return false
    this.tokens -= 1
    this.running += 1
    return true
  }

  give(): void {
    this.running -= 1
  }
}
