import type { Auth, Caller } from '@aauth-guard/core'
import { callerText, sentText } from '../../api.ts'

/** Where controllers find the resource of their application. */
export const resourceToken = 'the resource'

/** Whoever may be calling. */
export type Who = Caller | undefined

export const tell = (who: Who): string => callerText(who as Auth | undefined)
export const tellContent = (who: Who, content: unknown): string => sentText(who as Auth | undefined, content)
