// Reading members of JSON objects that may not be there.
namespace VibeSync.Core
{
    /// <summary>Reading members that may not be there.</summary>
    public static class JsonMembers
    {
        /// <summary>The member's value; null when the object or the member is not there.</summary>
        public static object OrNull(this JsonObject json, string name)
        {
            object value;
            return json != null && json.TryGetValue(name, out value) ? value : null;
        }

        public static long Long(this JsonObject json, string name, long fallback)
        {
            object value = json.OrNull(name);
            return value is double ? (long)(double)value : fallback;
        }
    }
}
