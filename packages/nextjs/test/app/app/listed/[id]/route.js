import { protect } from '@aauth-guard/nextjs'
import { resource } from '../../../lib/resource.js'

export const revalidate = 60

/** Nothing is rendered by the build, so it succeeds. */
export const generateStaticParams = () => []

export const GET = protect(resource, { scope: 'notes.read' }, (_request, { sub }) => Response.json({ sub }))
