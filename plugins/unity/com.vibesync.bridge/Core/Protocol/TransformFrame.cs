// The binary lane: transforms in a fixed little-endian layout, exactly as shared/protocol/binary.ts defines it.
//
//   header 32 bytes: u8 lane, u8 layout, u16 rows, u32 seq|batch, u32 epoch, u32 0, u64 lsn, u64 stamp
//   row    64 bytes: 16 bytes uuid, u32 mask, u32 flags, f32 x 10 (translation xyz, rotation xyzw, scale xyz)
//
// Rows are checked here, once; after Decode they are trusted. BitConverter is little-endian on every platform that
// Unity's editor runs on.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>One entity's transform, or the answer to a verification.</summary>
    public struct TransformRow
    {
        public string Uuid;
        public int Mask;
        public int Flags;
        /// <summary>Ten numbers: translation xyz (metres), rotation xyzw, scale xyz; zero where the mask says
        /// so.</summary>
        public double[] Values;
    }

    /// <summary>A frame of the binary lane.</summary>
    public sealed class TransformFrame
    {
        private const int k_ValuesPerRow = 10;
        private const int k_MaskAll = 7;
        private const int k_FlagsAll = 15;
        /// <summary>A quaternion further than this from unit length was not made by a healthy hub.</summary>
        private const double k_UnitLengthSlack = 1e-3;
        private const long k_SafeIntegerMax = 9007199254740991;

        public int Lane;
        /// <summary>seq of a change, batch of a read-back, 0 going down.</summary>
        public long Seq;
        public long Epoch;
        public long Lsn;
        public long Stamp;
        public readonly List<TransformRow> Rows = new List<TransformRow>();

        public byte[] Encode()
        {
            var bytes = new byte[Generated.HeaderBytes + Rows.Count * Generated.RowBytes];
            bytes[0] = (byte)Lane;
            bytes[1] = (byte)Generated.LayoutVersion;
            Put(bytes, 2, BitConverter.GetBytes((ushort)Rows.Count));
            Put(bytes, 4, BitConverter.GetBytes((uint)Seq));
            Put(bytes, 8, BitConverter.GetBytes((uint)Epoch));
            Put(bytes, 16, BitConverter.GetBytes(Lsn));
            Put(bytes, 24, BitConverter.GetBytes(Stamp));
            int at = Generated.HeaderBytes;
            foreach (TransformRow row in Rows)
            {
                Uuids.ToBytes(row.Uuid, bytes, at);
                Put(bytes, at + 16, BitConverter.GetBytes((uint)row.Mask));
                Put(bytes, at + 20, BitConverter.GetBytes((uint)row.Flags));
                for (int index = 0; index < k_ValuesPerRow && row.Values != null; index++)
                {
                    Put(bytes, at + 24 + index * 4, BitConverter.GetBytes((float)row.Values[index]));
                }
                at += Generated.RowBytes;
            }
            return bytes;
        }

        /// <summary>Decodes and checks a whole frame; one bad row refuses it. Null, and a code, on failure.</summary>
        public static TransformFrame DecodeOrNull(byte[] bytes, out string code)
        {
            code = HeaderErrorOrNull(bytes);
            if (code != null) return null;
            var frame = new TransformFrame
            {
                Lane = bytes[0],
                Seq = BitConverter.ToUInt32(bytes, 4),
                Epoch = BitConverter.ToUInt32(bytes, 8),
                Lsn = BitConverter.ToInt64(bytes, 16),
                Stamp = BitConverter.ToInt64(bytes, 24),
            };
            int count = BitConverter.ToUInt16(bytes, 2);
            for (int index = 0; index < count && code == null; index++)
            {
                TransformRow row;
                code = RowErrorOrNull(bytes, Generated.HeaderBytes + index * Generated.RowBytes, out row);
                frame.Rows.Add(row);
            }
            return code == null ? frame : null;
        }

        private static string HeaderErrorOrNull(byte[] bytes)
        {
            if (bytes.Length < Generated.HeaderBytes) return "E_MALFORMED";
            if (bytes[0] != Generated.LaneTransforms && bytes[0] != Generated.LaneReadBack) return "E_MALFORMED";
            if (bytes[1] != Generated.LayoutVersion) return "E_PROTOCOL_VERSION";
            int count = BitConverter.ToUInt16(bytes, 2);
            if (count > Generated.Limits.RowsPerFrameMax) return "E_OVERSIZED";
            if (count == 0 || bytes.Length != Generated.HeaderBytes + count * Generated.RowBytes) return "E_MALFORMED";
            bool isSafe = IsSafe(BitConverter.ToInt64(bytes, 16)) && IsSafe(BitConverter.ToInt64(bytes, 24));
            return isSafe ? null : "E_MALFORMED";
        }

        private static string RowErrorOrNull(byte[] bytes, int at, out TransformRow row)
        {
            uint mask = BitConverter.ToUInt32(bytes, at + 16);
            uint flags = BitConverter.ToUInt32(bytes, at + 20);
            row = new TransformRow { Uuid = Uuids.FromBytes(bytes, at), Values = new double[k_ValuesPerRow] };
            if (mask > k_MaskAll || flags > k_FlagsAll || (mask == 0 && flags == 0)) return "E_MALFORMED";
            row.Mask = (int)mask;
            row.Flags = (int)flags;
            for (int index = 0; index < k_ValuesPerRow; index++)
            {
                float value = BitConverter.ToSingle(bytes, at + 24 + index * 4);
                if (float.IsNaN(value) || float.IsInfinity(value)) return "E_NOT_FINITE";
                row.Values[index] = value;
            }
            bool hasRotation = (mask & Generated.MaskBits.Rotation) != 0;
            return hasRotation && !IsUnit(row.Values) ? "E_MALFORMED" : null;
        }

        private static bool IsUnit(double[] values)
        {
            double sum = 0;
            for (int index = 3; index < 7; index++) sum += values[index] * values[index];
            return Math.Abs(sum - 1) <= k_UnitLengthSlack;
        }

        private static bool IsSafe(long value)
        {
            return value >= 0 && value <= k_SafeIntegerMax;
        }

        private static void Put(byte[] bytes, int at, byte[] part)
        {
            Buffer.BlockCopy(part, 0, bytes, at, part.Length);
        }
    }
}
