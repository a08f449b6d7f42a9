export default {
  turbopack: { root: '/' },
}
