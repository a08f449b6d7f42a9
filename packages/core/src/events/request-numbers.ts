import { Stamp } from '../assert/stamp.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** The id of a request in events of one resource, and how many decisions were made about it. */
export interface RequestNumber {
  readonly id: string
  step: number
}

class Numbered extends Stamp {
  #by: RequestNumbers
  #number: RequestNumber

  constructor(request: SignedRequest, by: RequestNumbers, number: RequestNumber) {
    super(request)
    this.#by = by
    this.#number = number
  }

  static numberOf(request: SignedRequest, by: RequestNumbers): RequestNumber | undefined {
    return #by in request && request.#by === by ? request.#number : undefined
  }

  static canTake(request: SignedRequest): boolean {
    return !(#by in request) && Object.isExtensible(request)
  }
}

/** Numbers the decisions about each request. */
export class RequestNumbers {
  /** For requests that take no further field, or have that of another resource. */
  readonly #others = new WeakMap<SignedRequest, RequestNumber>()

  /** Counts a decision about a request. */
  next(request: SignedRequest): Readonly<RequestNumber> {
    const known = Numbered.numberOf(request, this) ?? this.#others.get(request)
    if (known !== undefined) {
      known.step += 1
      return known
    }
    const number = { id: crypto.randomUUID(), step: 1 }
    if (Numbered.canTake(request)) new Numbered(request, this, number)
    else this.#others.set(request, number)
    return number
  }
}
