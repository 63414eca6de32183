import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Lays a folder out as Gradle expects its own distribution.
 *
 * <p>Gradle looks its modules up as files: for each {@code NAME-classpath.properties} it wants a
 * {@code NAME-VERSION.jar} that holds these properties, and a file for each library that they name.
 * All classes are in one jar here, so the others need to be there only. Usage: {@code
 * Distribution JAR VERSION FOLDER}, the jar being in that folder.
 */
public final class Distribution {
    private static final String SUFFIX = "-classpath.properties";

    private Distribution() {}

    public static void main(String[] words) throws IOException {
        Path folder = Path.of(words[2]);
        Map<String, byte[]> modules = new TreeMap<>();
        try (JarFile jar = new JarFile(words[0])) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                String name = entry.getName();
                if (name.endsWith(SUFFIX) && name.indexOf('/') < 0) {
                    modules.put(name, jar.getInputStream(entry).readAllBytes());
                }
            }
        }
        for (Map.Entry<String, byte[]> module : modules.entrySet()) {
            String name = module.getKey().substring(0, module.getKey().length() - SUFFIX.length());
            write(folder.resolve(name + "-" + words[1] + ".jar"), module.getKey(), module.getValue());
            Properties properties = new Properties();
            properties.load(new java.io.ByteArrayInputStream(module.getValue()));
            for (String library : properties.getProperty("runtime", "").split(",")) {
                addLibrary(folder, library);
            }
        }
        // Named in Gradle's code only.
        addLibrary(folder, "gradle-gradle-cli-" + words[1] + ".jar");
        // Where it looks for plug-ins.
        Files.createDirectories(folder.resolve("plugins"));
    }

    private static void addLibrary(Path folder, String name) throws IOException {
        Path path = folder.resolve(name);
        if (!name.isEmpty() && !Files.exists(path)) {
            write(path, "META-INF/empty", new byte[0]);
        }
    }

    private static void write(Path path, String name, byte[] content) throws IOException {
        try (OutputStream file = Files.newOutputStream(path);
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry(name));
            jar.write(content);
        }
    }
}
