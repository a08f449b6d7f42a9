/** Next.js bundles what a route imports, and the resource of a suite is in the process of the test. */
const serve = (request) => globalThis[Symbol.for('aauth-guard contract')].getStore()(request)

export {
  serve as DELETE,
  serve as GET,
  serve as HEAD,
  serve as OPTIONS,
  serve as PATCH,
  serve as POST,
  serve as PUT,
}
