/** What the answers of one resource say beside what was wrong with the request. */
export interface ErrorContext {
  /** Signature-Key schemes that the API serves, `jwt` first (draft 11 §11.3.4.1). */
  readonly schemes: readonly string[]
  /** The value of `Link` that leads to the metadata of the resource (draft 11 §11.2.5). */
  readonly link: string
  /** What `type` of a problem begins with where Signature Keys prescribes none; absent: such problems have no `type`. */
  readonly problemTypes?: string | undefined
}
