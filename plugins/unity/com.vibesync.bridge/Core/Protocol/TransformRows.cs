// Between rows of the binary lane and canonical values.
using System;

namespace VibeSync.Core
{
    /// <summary>Packs and unpacks the three transform fields.</summary>
    public static class TransformRows
    {
        private const int k_ValuesPerRow = 10;
        // By field: mask bit, first value, number of values.
        private static readonly int[][] s_Layout = { new[] { 1, 0, 3 }, new[] { 2, 3, 4 }, new[] { 4, 7, 3 } };

        /// <summary>A row that carries exactly those of the three fields that are in the map.</summary>
        public static TransformRow From(string uuid, FieldMap fields)
        {
            var row = new TransformRow { Uuid = uuid, Values = new double[k_ValuesPerRow] };
            for (int index = 0; index < s_Layout.Length; index++)
            {
                double[] value = fields.Numbers(FieldTable.TransformFields[index], null);
                if (value == null) continue;
                row.Mask |= s_Layout[index][0];
                Array.Copy(value, 0, row.Values, s_Layout[index][1], s_Layout[index][2]);
            }
            return row;
        }

        public static FieldMap ToFields(TransformRow row)
        {
            var fields = new FieldMap();
            for (int index = 0; index < s_Layout.Length; index++)
            {
                if ((row.Mask & s_Layout[index][0]) == 0) continue;
                var value = new double[s_Layout[index][2]];
                Array.Copy(row.Values, s_Layout[index][1], value, 0, value.Length);
                fields.Add(FieldTable.TransformFields[index], value);
            }
            return fields;
        }
    }
}
