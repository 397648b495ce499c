// Canonical values and the field table.
//
// A value is null, bool, double, string, double[] or string[], by the field's type. Arrays are never changed after they
// were put into a map: maps are copied freely. FieldTable answers what the generated table knows about a name.
using System;
using System.Collections;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>Canonical values by field name.</summary>
    public sealed class FieldMap : Dictionary<string, object>
    {
        public FieldMap() : base(StringComparer.Ordinal) { }

        public FieldMap(FieldMap source) : base(source, StringComparer.Ordinal) { }

        /// <summary>The value as text; null when absent.</summary>
        public string Text(string name)
        {
            object value;
            return TryGetValue(name, out value) ? value as string : null;
        }

        /// <summary>The value as numbers; <paramref name="fallback"/> when absent.</summary>
        public double[] Numbers(string name, double[] fallback)
        {
            object value;
            return TryGetValue(name, out value) ? (double[])value : fallback;
        }
    }

    /// <summary>Looks up the generated field table.</summary>
    public static class FieldTable
    {
        public const string Object = "object";
        public const string Collection = "collection";
        public const string Mesh = "mesh";

        public static readonly string[] TransformFields = { "translation", "rotation", "scale" };

        private static readonly Dictionary<string, FieldSpec> s_ByName = ByName();

        public static FieldSpec Spec(string name)
        {
            return s_ByName[name];
        }

        public static bool HasField(string kind, string name)
        {
            return Array.IndexOf(s_ByName[name].Kinds, kind) >= 0;
        }

        public static bool IsTransform(string name)
        {
            return Array.IndexOf(TransformFields, name) >= 0;
        }

        /// <summary>Turns validated JSON members into canonical values.</summary>
        public static FieldMap FromJson(JsonObject members)
        {
            var map = new FieldMap();
            foreach (KeyValuePair<string, object> member in members)
            {
                map[member.Key] = ValueFromJson(Spec(member.Key).Type, member.Value);
            }
            return map;
        }

        private static object ValueFromJson(string type, object value)
        {
            var items = value as JsonArray;
            if (items == null) return value;
            if (type == "uuid-set")
            {
                var texts = new string[items.Count];
                ((IList)items).CopyTo(texts, 0);
                return texts;
            }
            var numbers = new double[items.Count];
            for (int index = 0; index < numbers.Length; index++) numbers[index] = (double)items[index];
            return numbers;
        }

        private static Dictionary<string, FieldSpec> ByName()
        {
            var result = new Dictionary<string, FieldSpec>(StringComparer.Ordinal);
            foreach (FieldSpec spec in Generated.Fields) result.Add(spec.Name, spec);
            return result;
        }
    }
}
