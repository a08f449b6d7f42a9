import { NextResponse } from 'next/server'

/** Rewrites, as applications do. */
export function proxy(request) {
  const { pathname } = request.nextUrl
  const url = new URL(pathname === '/alias' ? '/notes/of-alias' : '/notes/changed', request.url)
  const headers = new Headers(request.headers)
  if (pathname === '/changed') headers.set('x-tag', 'changed')
  // As for pages that are the same for everybody.
  const sent = pathname === '/changed' ? { 'cache-control': 'public, max-age=60' } : {}
  return NextResponse.rewrite(url, { request: { headers }, headers: sent })
}

export const config = { matcher: ['/alias', '/changed'] }
