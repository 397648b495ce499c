// Writes plain values as JSON text: null, bool, numbers, string, double[], string[], and any IDictionary or
// IEnumerable.
//
// Numbers are written so that reading them gives the same double ("R"); -0 is written as 0; whole numbers without a
// fraction. A number that is not finite is a bug of the caller and throws: it must have been stopped where it was read.
using System;
using System.Collections;
using System.Globalization;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>Writes JSON text.</summary>
    public static class JsonWriter
    {
        /// <summary>Whole numbers up to here are exact in a double.</summary>
        private const double k_WholeMax = 9007199254740991;

        public static string Write(object value)
        {
            var text = new StringBuilder(256);
            Append(text, value);
            return text.ToString();
        }

        private static void Append(StringBuilder text, object value)
        {
            if (value == null) text.Append("null");
            else if (value is bool) text.Append((bool)value ? "true" : "false");
            else if (value is string) AppendText(text, (string)value);
            else if (value is IDictionary) AppendObject(text, (IDictionary)value);
            else if (value is IEnumerable) AppendArray(text, (IEnumerable)value);
            else AppendNumber(text, Convert.ToDouble(value, CultureInfo.InvariantCulture));
        }

        private static void AppendObject(StringBuilder text, IDictionary members)
        {
            string separator = "{";
            foreach (DictionaryEntry member in members)
            {
                text.Append(separator);
                AppendText(text, (string)member.Key);
                text.Append(':');
                Append(text, member.Value);
                separator = ",";
            }
            text.Append(members.Count == 0 ? "{}" : "}");
        }

        private static void AppendArray(StringBuilder text, IEnumerable items)
        {
            text.Append('[');
            int start = text.Length;
            foreach (object item in items)
            {
                if (text.Length > start) text.Append(',');
                Append(text, item);
            }
            text.Append(']');
        }

        private static void AppendNumber(StringBuilder text, double value)
        {
            if (double.IsNaN(value) || double.IsInfinity(value)) throw new ArgumentException("A number is not finite.");
            bool isWhole = Math.Abs(value) <= k_WholeMax && Math.Floor(value) == value;
            if (isWhole) text.Append(((long)value).ToString(CultureInfo.InvariantCulture));
            else text.Append(value.ToString("R", CultureInfo.InvariantCulture));
        }

        private static void AppendText(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (char letter in value)
            {
                if (letter == '"' || letter == '\\') text.Append('\\').Append(letter);
                else if (letter < ' ')
                    text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                else text.Append(letter);
            }
            text.Append('"');
        }
    }
}
