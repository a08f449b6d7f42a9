import { protect } from '@aauth-guard/nextjs'
import { notFound, permanentRedirect, redirect } from 'next/navigation'
import { resource } from '../../lib/resource.js'

const ways = {
  permanentRedirect: (sub) => permanentRedirect(`/people/${sub};a=b`),
  redirect: (sub) => redirect(`/people/${sub}`),
  notFound: () => notFound(),
  error() {
    throw new Error('of the handler')
  },
}

const handle = ({ nextUrl }, { sub }) => ways[nextUrl.searchParams.get('how')](sub)

export const GET = protect(resource, { scope: 'notes.read' }, handle)
export const POST = protect(resource, { scope: 'notes.read' }, handle)
