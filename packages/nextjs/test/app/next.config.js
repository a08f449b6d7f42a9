/** How the application is built: each test file says it in the environment. */
const { BASE_PATH, TRAILING_SLASH, CACHE_COMPONENTS } = process.env

export default {
  ...(BASE_PATH === undefined ? {} : { basePath: BASE_PATH }),
  ...(TRAILING_SLASH === undefined ? {} : { trailingSlash: true }),
  ...(CACHE_COMPONENTS === undefined ? {} : { cacheComponents: true }),
  // The packages are linked, and outside of the folder that is built.
  turbopack: { root: '/' },
  headers: async () => [
    { source: '/stream', headers: [{ key: 'Cache-Control', value: 'public, max-age=60' }] },
  ],
  rewrites: async () => [{ source: '/rewritten/:id', destination: '/notes/:id?from=rewrite' }],
}
