/** What the person said beside yes. */
export interface Approval {
  /** Who says so, by the name that the person server has for them. */
  readonly person?: string
  /** Grants these scopes of those that were asked for; default all of them. */
  readonly scopes?: readonly string[]
}
