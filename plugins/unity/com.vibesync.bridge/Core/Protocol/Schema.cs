// Checks values against the generated JSON Schema (2020-12): the one border that every frame passes, once, both ways.
//
// Only the keywords that the generator emits are known; another keyword is a bug and throws, so that a wider schema can
// never be half checked. Text length is counted in UTF-16 units, as the hub counts it.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace VibeSync.Core
{
    /// <summary>The protocol's schema, ready to check messages.</summary>
    public sealed class Schema
    {
        private const string k_DefsPrefix = "#/$defs/";

        private static readonly HashSet<string> s_Silent = new HashSet<string>(StringComparer.Ordinal)
        {
            "$schema", "$id", "$defs", "title", "description", "id", "required", "additionalProperties", "default",
        };

        private readonly JsonObject m_Defs;
        // Two sockets' threads may meet here for a moment: the old one's last frame, the new one's first.
        private readonly ConcurrentDictionary<string, Regex> m_Patterns =
            new ConcurrentDictionary<string, Regex>(StringComparer.Ordinal);

        public Schema(string schemaJson)
        {
            object root;
            string error;
            if (!JsonReader.TryRead(schemaJson, out root, out error)) throw new ArgumentException(error);
            m_Defs = (JsonObject)((JsonObject)root)["$defs"];
        }

        /// <summary>What is wrong with <paramref name="value"/> as the definition; null when nothing is.</summary>
        public string ErrorOrNull(object value, string definition)
        {
            return Check(value, m_Defs[definition], definition);
        }

        private string Check(object value, object schema, string where)
        {
            foreach (KeyValuePair<string, object> rule in (JsonObject)schema)
            {
                string error = CheckRule(value, rule, (JsonObject)schema, where);
                if (error != null) return error;
            }
            return null;
        }

        private string CheckRule(object value, KeyValuePair<string, object> rule, JsonObject schema, string where)
        {
            switch (rule.Key)
            {
                case "$ref": return Check(value, m_Defs[((string)rule.Value).Substring(k_DefsPrefix.Length)], where);
                case "oneOf": return CheckChoices(value, (JsonArray)rule.Value, where);
                case "anyOf": return CheckChoices(value, (JsonArray)rule.Value, where);
                case "const": return Equals(value, rule.Value) ? null : where + " has another value";
                case "enum": return ((JsonArray)rule.Value).Contains(value) ? null : where + " is none of the choices";
                case "type": return IsOfType(value, (string)rule.Value) ? null
                    : where + " is not of type " + rule.Value;
                case "properties": return value is JsonObject ? CheckMembers((JsonObject)value, schema, where) : null;
                case "propertyNames": return CheckNames(value as JsonObject, rule.Value, schema, where);
                case "items": return CheckItems(value as JsonArray, rule.Value, where);
                case "minItems": return value is JsonArray && ((JsonArray)value).Count < Number(rule)
                    ? where + " is too short" : null;
                case "maxItems": return value is JsonArray && ((JsonArray)value).Count > Number(rule)
                    ? where + " is too long" : null;
                case "minimum": return value is double && (double)value < Number(rule) ? where + " is too small" : null;
                case "maximum": return value is double && (double)value > Number(rule) ? where + " is too large" : null;
                case "minLength": return value is string && ((string)value).Length < Number(rule)
                    ? where + " is too short" : null;
                case "maxLength": return value is string && ((string)value).Length > Number(rule)
                    ? where + " is too long" : null;
                case "pattern": return CheckPattern(value as string, (string)rule.Value, where);
                default:
                    if (s_Silent.Contains(rule.Key)) return null;
                    throw new InvalidOperationException("The schema uses an unknown keyword: " + rule.Key);
            }
        }

        // Unions are told apart by their first constant member ("kind", "op"), so at most one choice is walked deeply.
        private string CheckChoices(object value, JsonArray choices, string where)
        {
            string closest = null;
            foreach (object choice in choices)
            {
                string error = Check(value, choice, where);
                if (error == null) return null;
                if (!error.EndsWith("has another value", StringComparison.Ordinal)) closest = error;
            }
            return closest ?? where + " is of no known kind";
        }

        private string CheckMembers(JsonObject value, JsonObject schema, string where)
        {
            var properties = (JsonObject)schema["properties"];
            foreach (KeyValuePair<string, object> property in properties)
            {
                object member;
                if (!value.TryGetValue(property.Key, out member)) continue;
                string error = Check(member, property.Value, where + "." + property.Key);
                if (error != null) return error;
            }
            object required;
            if (schema.TryGetValue("required", out required))
            {
                foreach (object name in (JsonArray)required)
                {
                    if (!value.ContainsKey((string)name)) return where + "." + name + " is missing";
                }
            }
            if (!schema.ContainsKey("additionalProperties")) return null;
            foreach (string name in value.Keys)
            {
                if (!properties.ContainsKey(name)) return where + " has an unknown member";
            }
            return null;
        }

        private string CheckNames(JsonObject value, object nameSchema, JsonObject schema, string where)
        {
            if (value == null) return null;
            foreach (KeyValuePair<string, object> member in value)
            {
                string error = Check(member.Key, nameSchema, where + " member name")
                    ?? Check(member.Value, schema["additionalProperties"], where + "." + member.Key);
                if (error != null) return error;
            }
            return null;
        }

        private string CheckItems(JsonArray value, object itemSchema, string where)
        {
            if (value == null) return null;
            for (int index = 0; index < value.Count; index++)
            {
                string error = Check(value[index], itemSchema, where + "[" + index + "]");
                if (error != null) return error;
            }
            return null;
        }

        private string CheckPattern(string value, string pattern, string where)
        {
            if (value == null) return null;
            // In .NET "$" also matches before a final line break; the hub's regular expressions do not.
            Regex regex = m_Patterns.GetOrAdd(pattern,
                text => new Regex(text.Replace("$", "\\z"), RegexOptions.CultureInvariant));
            return regex.IsMatch(value) ? null : where + " has a bad form";
        }

        private static bool IsOfType(object value, string type)
        {
            switch (type)
            {
                case "object": return value is JsonObject;
                case "array": return value is JsonArray;
                case "string": return value is string;
                case "boolean": return value is bool;
                case "null": return value == null;
                case "number": return value is double;
                case "integer": return value is double && Math.Floor((double)value) == (double)value;
                default: throw new InvalidOperationException("The schema uses an unknown type: " + type);
            }
        }

        private static double Number(KeyValuePair<string, object> rule)
        {
            return (double)rule.Value;
        }
    }
}
