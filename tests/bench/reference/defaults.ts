/** Options of a plugin with nothing written. */
import { Schema } from "../../../src/plugin/index.ts"

export const decodedDefaults = (schema: Schema.Codec<any, any>): any =>
  Schema.decodeUnknownSync(schema as Schema.Codec<unknown, unknown>)({})
