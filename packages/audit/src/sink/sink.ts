/** The end of the last file of a sink. */
export interface SinkTail {
  readonly name: string
  /** Octets of the file. */
  readonly size: number
  /** The last octets of the file, at most a megabyte. */
  readonly octets: Buffer
}

/**
 * Where an audit log or its evidence is kept: files that are only appended to, one after the other. One log uses a sink
 * at a time. `fileSink` makes one; write your own to keep a log elsewhere.
 */
export interface AuditSink {
  /** Octets after which a file ends. */
  readonly maxFileBytes: number
  /** Milliseconds after which a file ends. */
  readonly maxFileAge: number
  /** Octets of all files together; `undefined` if there is no bound. */
  readonly maxBytes?: number | undefined
  /** Octets of all files of the sink. */
  readonly bytes: number
  /** Octets of the file that is being written. */
  readonly fileBytes: number
  /**
   * Takes the sink for this process, or finds that it has it.
   * @returns the end of the last file; `undefined` if there is none
   * @throws (the promise rejects) if another writer has the sink, or it cannot be used
   */
  open(): Promise<SinkTail | undefined>
  /**
   * Moves what is behind the first `length` octets of the last file to where it is kept beside the log.
   * @returns where it is; an empty text for an empty file, which is removed
   */
  moveAside(name: string, length: number): Promise<string>
  /** Begins a file, which must not exist. @returns its name */
  begin(): Promise<string>
  /** Appends to the file: all of it, or as far as possible nothing. @throws (the promise rejects) if it could not */
  append(octets: Uint8Array): Promise<void>
  /** Resolves once what was appended survives a power cut. */
  sync(): Promise<void>
  /** Ends the file, if one was begun. */
  finish(): Promise<void>
  /** Ends the file and leaves the sink to others. */
  close(): Promise<void>
}
