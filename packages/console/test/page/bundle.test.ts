import { describe, expect, it } from 'vitest'
import { bundle } from '../../page/bundle.ts'
import { assets } from '../../src/assets/generated.ts'

const {
  'app.js': script,
  'app.css': style,
  'index.html': markup,
} = assets as Record<string, { body: string }>

describe('the assets of the console', () => {
  it('are what the sources of the page say', async () => {
    expect(assets).toEqual(await bundle())
  })

  it('evaluate no text and name no address of the network', () => {
    expect(script?.body).not.toMatch(
      /\beval\(|\bFunction\(|setTimeout\(["'`]|document\.write|insertAdjacentHTML|outerHTML/,
    )
    for (const { body = '' } of [script, style, markup].filter((one) => one !== undefined))
      expect(body.match(/(?:https?:|wss?:)?\/\/[a-z][\w.-]*\.[a-z]{2,}/gi) ?? []).toEqual([])
  })

  it('set markup in one place, where templates are made under the policy "lit-html"', () => {
    expect(script?.body.match(/innerHTML/g)).toEqual(['innerHTML'])
    expect(script?.body.match(/createPolicy\("([^"]+)"/)?.[1]).toBe('lit-html')
    expect(script?.body).not.toContain('unsafe')
  })

  it('have no inline script, no inline style, and relative addresses only', () => {
    expect(markup?.body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
    const addresses = [...(markup?.body.matchAll(/\s(?:src|href)="([^"]*)"/g) ?? [])].map(
      ([, address]) => address,
    )
    expect(addresses.filter((address) => !/^(?:assets\/[\w.]+|data:,|#[\w-]+)$/.test(address ?? ''))).toEqual(
      [],
    )
    expect(style?.body).not.toMatch(/@import|url\(/)
  })
})
