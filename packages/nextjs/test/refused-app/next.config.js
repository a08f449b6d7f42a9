export default { turbopack: { root: '/' } }
