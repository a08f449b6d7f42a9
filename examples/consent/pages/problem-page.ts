import { type AAuthError, answer } from '@aauth-guard/core'
import { html } from './html.ts'
import type { Page } from './layout.ts'

const texts: Readonly<Record<string, readonly [title: string, text: string]>> = {
  invalid_code: [
    'This code does not work',
    'It may be mistyped, or used already. Compare it with the one that your agent shows.',
  ],
  rate_limited: ['Too many wrong codes', 'Wait a minute before you try again.'],
  expired: ['This code has expired', 'Tell your agent to ask again, and use the new code.'],
  gone: ['This request is over', 'It was decided before, or the agent has taken it back.'],
  not_found: ['This request is not yours', 'It was opened by somebody else.'],
  access_denied: ['This request is not for you', 'It is for another account. Sign in with that one.'],
  revoked: ['This request is over', 'The access of the agent was revoked.'],
  mission_terminated: ['This request is over', 'The mission of the agent was terminated.'],
}

/** What a person can do about an error of the request. It says nothing that the error does not. */
export async function problemPage(base: string, error: AAuthError): Promise<Page> {
  const { status, headers } = await answer(error)
  const retryAfter = headers['retry-after']
  const [title, text] = texts[error.code] ?? ['This did not work', 'Try again in a moment.']
  return {
    title,
    // Browsers repeat requests that are answered with 408.
    status: status === 408 ? 410 : status,
    content: html`<div class="card"><p>${text}</p><p><a href="${base}">Enter a code</a></p></div>`,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  }
}

/** A form that does not come from these pages, or a page that is not there. */
export function refusedPage(base: string, status: number, text: string): Page {
  return {
    title: 'Not done',
    status,
    content: html`<div class="card"><p>${text}</p><p><a href="${base}">Enter a code</a></p></div>`,
  }
}
