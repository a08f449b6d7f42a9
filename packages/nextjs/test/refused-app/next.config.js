const { BASE_PATH } = process.env

export default {
  ...(BASE_PATH === undefined ? {} : { basePath: BASE_PATH }),
  turbopack: { root: '/' },
}
