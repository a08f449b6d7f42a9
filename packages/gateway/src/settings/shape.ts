import { ConfigurationError } from './configuration-error.ts'
import type { ConfigurationDocument, Path } from './document.ts'
import { nearest } from './nearest.ts'
import { quoted } from './quoted.ts'

/** A JSON Schema, as far as shapes need one. */
export type Schema = Readonly<Record<string, unknown>>

/** Where a value stands, and what reading it may use. */
export class Place {
  readonly path: Path
  readonly #document: ConfigurationDocument

  constructor(document: ConfigurationDocument, path: Path = []) {
    this.#document = document
    this.path = path
  }

  /** As errors write it, such as `routes["GET /notes"].scope`. */
  get name(): string {
    const steps = this.path.map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^\w+$/.test(step)) return `[${quoted(step).replaceAll('"', "'")}]`
      return index === 0 ? step : `.${step}`
    })
    return `"${steps.join('')}"`
  }

  member(step: string | number): Place {
    return new Place(this.#document, [...this.path, step])
  }

  /** @throws {ConfigurationError} */
  fail(message: string): never {
    throw new ConfigurationError(`${this.#document.place(this.path)}: ${message}`)
  }
}

/** What a value may be: for reading it, for the JSON Schema, and for the page that describes it. */
export interface Shape<T> {
  readonly schema: Schema
  /** As the table of settings writes it. */
  readonly kind: string
  /** Whether a value is meant to be of this shape, where it may be of several. */
  suits(value: unknown): boolean
  /** @throws {ConfigurationError} */
  read(value: unknown, place: Place): T
}

/** @param remedy what to write, behind the colon of the error */
export function text(kind: string, pattern: RegExp, remedy: string): Shape<string> {
  const suits = (value: unknown): value is string => typeof value === 'string'
  return {
    schema: { type: 'string', pattern: pattern.source },
    kind,
    suits,
    read: (value, place) =>
      suits(value) && value.length <= 2048 && pattern.test(value)
        ? value
        : place.fail(`${place.name} is ${quoted(value)}: ${remedy}`),
  }
}

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  kind: '`true` or `false`',
  suits: (value) => typeof value === 'boolean',
  read: (value, place) =>
    typeof value === 'boolean' ? value : place.fail(`${place.name} is ${quoted(value)}: write true or false`),
}

export function whole(min: number, max: number): Shape<number> {
  const isWhole = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
  return {
    schema: { type: 'integer', minimum: min, maximum: max },
    kind: `${min} to ${max}`,
    suits: (value) => typeof value === 'number',
    read: (value, place) =>
      isWhole(value)
        ? value
        : place.fail(`${place.name} is ${quoted(value)}: write a whole number from ${min} to ${max}`),
  }
}

export function choice<const T extends string | false>(...values: readonly T[]): Shape<T> {
  const isKnown = (value: unknown): value is T => values.includes(value as T)
  return {
    schema: { enum: values },
    kind: values.map((value) => `\`${value}\``).join(', '),
    suits: (value) => typeof value === typeof values[0],
    read: (value, place) => {
      if (isKnown(value)) return value
      const texts = values.filter((known) => typeof known === 'string')
      const meant = typeof value === 'string' ? nearest(value, texts) : undefined
      const remedy = meant === undefined ? `write ${values.join(' or ')}` : `did you mean "${meant}"?`
      return place.fail(`${place.name} is ${quoted(value)}: ${remedy}`)
    },
  }
}

/** A shape that refuses one value with a remedy of its own. */
export function without<T>(shape: Shape<T>, value: unknown, remedy: string): Shape<T> {
  return {
    ...shape,
    read: (given, place) =>
      given === value ? place.fail(`${place.name} is ${quoted(given)}: ${remedy}`) : shape.read(given, place),
  }
}

export function list<T>(
  item: Shape<T>,
  { min = 1, max = 1000 }: { readonly min?: number; readonly max?: number } = {},
): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema, minItems: min, maxItems: max, uniqueItems: true },
    kind: `list of ${item.kind}`,
    suits: (value) => Array.isArray(value),
    read: (value, place) => {
      if (!Array.isArray(value)) return place.fail(`${place.name} is ${quoted(value)}: write a list`)
      if (value.length < min || value.length > max)
        return place.fail(`${place.name} has ${value.length} entries: write ${min} to ${max}`)
      const read = value.map((entry, index) => item.read(entry, place.member(index)))
      const twice = read.find((entry, index) => read.indexOf(entry) !== index)
      if (twice !== undefined) place.fail(`${place.name} has ${quoted(twice)} twice: remove one`)
      return read
    },
  }
}

/** Members with names of their own. */
export function record<T>(
  key: { readonly pattern: RegExp; readonly what: string; readonly remedy: string },
  value: Shape<T>,
  max = 1000,
): Shape<ReadonlyMap<string, T>> {
  return {
    schema: {
      type: 'object',
      propertyNames: { pattern: key.pattern.source },
      additionalProperties: value.schema,
      minProperties: 1,
      maxProperties: max,
    },
    kind: `from ${key.what} to ${value.kind}`,
    suits: isObject,
    read: (given, place) => {
      if (!isObject(given)) return place.fail(`${place.name} is ${quoted(given)}: write a map`)
      const entries = Object.entries(given)
      if (entries.length < 1 || entries.length > max)
        return place.fail(`${place.name} has ${entries.length} members: write 1 to ${max}`)
      return new Map(
        entries.map(([name, entry]) => {
          const at = place.member(name)
          if (name.length > 1024 || !key.pattern.test(name))
            at.fail(`${quoted(name)} is not ${key.what}: ${key.remedy}`)
          return [name, value.read(entry, at)]
        }),
      )
    },
  }
}

/** One of several shapes. The first that suits the value reads it; what suits none is read by the last. */
export function either<const Shapes extends readonly Shape<unknown>[]>(
  ...shapes: Shapes
): Shape<Shapes[number] extends Shape<infer T> ? T : never> {
  return {
    schema: { anyOf: shapes.map(({ schema }) => schema) },
    kind: shapes.map(({ kind }) => kind).join('; or '),
    suits: (value) => shapes.some((shape) => shape.suits(value)),
    read: (value, place) =>
      (shapes.find((shape) => shape.suits(value)) ?? (shapes.at(-1) as Shape<unknown>)).read(
        value,
        place,
      ) as never,
  }
}

/** A member of an object, with what the page and the schema say about it. */
export interface Setting<T> {
  readonly shape: Shape<T>
  /** One or two sentences. */
  readonly about: string
  readonly required?: boolean
  /** As the table of settings writes it, where a sentence says more than nothing. */
  readonly preset?: string
}

/** Objects of known members. */
export interface Members<T> extends Shape<T> {
  readonly settings: Readonly<Record<string, Setting<unknown>>>
}

type Optional<S> = S extends { readonly required: true } ? never : undefined
type Value<S> = S extends { readonly shape: Shape<infer T> } ? T | Optional<S> : never

/**
 * @param whose what the members belong to, for errors, such as `a route`
 * @param hints from names that are not members to what to do instead
 */
export function members<const S extends Readonly<Record<string, Setting<unknown>>>>(
  whose: string,
  settings: S,
  hints: Readonly<Record<string, string>> = {},
): Members<{ readonly [Name in keyof S]: Value<S[Name]> }> {
  const names = Object.keys(settings)
  const required = names.filter((name) => settings[name]?.required === true)
  return {
    settings,
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(settings).map(([name, { shape, about }]) => [
          name,
          { description: about.replaceAll('`', ''), ...shape.schema },
        ]),
      ),
      additionalProperties: false,
      ...(required.length > 0 && { required }),
    },
    kind: 'object',
    suits: isObject,
    read: (given, place) => {
      if (!isObject(given)) return place.fail(`${place.name} is ${quoted(given)}: write ${names.join(', ')}`)
      for (const name of Object.keys(given)) {
        if (names.includes(name)) continue
        const meant = nearest(name, names)
        const known = meant === undefined ? `use one of ${names.join(', ')}` : `did you mean "${meant}"?`
        const remedy = Object.hasOwn(hints, name) ? hints[name] : known
        place.member(name).fail(`${quoted(name)} is not a setting of ${whose}: ${remedy}`)
      }
      const missing = required.find((name) => given[name] === undefined)
      if (missing !== undefined)
        place.fail(`"${missing}" of ${whose} is missing: ${settings[missing]?.about ?? 'add it'}`)
      const read = Object.entries(settings).map(([name, { shape }]) => [
        name,
        given[name] === undefined ? undefined : shape.read(given[name], place.member(name)),
      ])
      return Object.fromEntries(read)
    },
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
