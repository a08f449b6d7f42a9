/**
 * The text is not a dictionary, repeats a key, or exceeds a limit. `message` says which, for the operator. Not an
 * `Error`: capturing a stack would cost more than the reading.
 */
export class DictionarySyntaxError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** A position in a text, from which tokens are read. */
export class Cursor {
  at = 0
  readonly text: string
  constructor(text: string) {
    this.text = text
  }

  /** The character at the position. */
  peek(): string | undefined {
    return this.text[this.at]
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length
  }

  /** Consumes what matches a sticky pattern at the position. @throws {DictionarySyntaxError} */
  take(pattern: RegExp, wanted: string): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) throw this.fault(wanted)
    this.at = pattern.lastIndex
    return found[0]
  }

  skipSpaces(): void {
    while (this.peek() === ' ') this.at++
  }

  skipOptionalWhitespace(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at++
  }

  fault(wanted: string): DictionarySyntaxError {
    return new DictionarySyntaxError(`expected ${wanted} at position ${this.at}`)
  }
}
