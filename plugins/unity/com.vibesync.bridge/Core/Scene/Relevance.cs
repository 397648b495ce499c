// Which values matter for an entity. Unity's Camera and Light carry every value at all times; a field of view says
// nothing about an orthographic camera, nor a cone about a point light, so those are neither listed nor sent.
namespace VibeSync.Core
{
    /// <summary>Filters an editor's values down to those that mean something.</summary>
    public static class Relevance
    {
        public static bool IsRelevant(string field, FieldMap fields)
        {
            switch (field)
            {
                case "camera.yfov": return fields.Text("camera.projection") == "perspective";
                case "camera.ymag": return fields.Text("camera.projection") == "orthographic";
                case "light.outer": return fields.Text("light.type") == "spot";
                case "light.inner": return fields.Text("light.type") == "spot";
                case "light.range": return fields.Text("light.type") != "sun";
                default: return true;
            }
        }
    }
}
