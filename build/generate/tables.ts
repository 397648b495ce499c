/** What every generated file carries besides the schema: constants, limits, error sentences and the field table. */

import {
  colorEpsilon,
  lengthEpsilon,
  lengthRelativeEpsilon,
  ratioEpsilon,
  rotationEpsilon,
} from "#shared/math/epsilon.ts";
import {
  headerBytes,
  laneReadBack,
  laneTransforms,
  layoutVersion,
  maskBit,
  rowBytes,
  rowFlag,
} from "#shared/protocol/binary.ts";
import { portFirst, portLast, socketPath } from "#shared/protocol/discovery.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import { pingIntervalMs, reloadPatienceMs, silenceMaxMs, wireLimits } from "#shared/protocol/limits.ts";
import { protocolVersion, protocolVersionMin, websocketSubprotocol } from "#shared/protocol/version.ts";
import { type FieldName, fieldNames, fieldSpec } from "#shared/scene/fields.ts";
import { writers } from "#shared/scene/stamp.ts";
import { nameLengthMax } from "#shared/scene/value.ts";

export const constants: Readonly<Record<string, number | string>> = {
  protocolVersion,
  protocolVersionMin,
  subprotocol: websocketSubprotocol,
  socketPath,
  portFirst,
  portLast,
  pingIntervalMs,
  silenceMaxMs,
  reloadPatienceMs,
  nameLengthMax,
  lengthEpsilon,
  lengthRelativeEpsilon,
  rotationEpsilon,
  colorEpsilon,
  ratioEpsilon,
  laneTransforms,
  laneReadBack,
  layoutVersion,
  headerBytes,
  rowBytes,
};

export const groups: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  limits: wireLimits,
  writers,
  maskBits: maskBit,
  rowFlags: rowFlag,
};

export const errors: Readonly<Record<string, string>> = errorSentence;

export type FieldRow = {
  readonly name: FieldName;
  readonly kinds: readonly string[];
  /** The type's name; "enum" where `choices` lists the allowed words. */
  readonly type: string;
  readonly choices: readonly string[];
  readonly weight: string;
  readonly tolerance: string;
  readonly unit: string;
  readonly doc: string;
};

export const fieldRows: readonly FieldRow[] = fieldNames.map((name) => {
  const { kinds, type, weight, tolerance, unit, doc } = fieldSpec(name);
  const isEnum = typeof type !== "string";
  return { name, kinds, type: isEnum ? "enum" : type, choices: isEnum ? type : [], weight, tolerance, unit, doc };
});
