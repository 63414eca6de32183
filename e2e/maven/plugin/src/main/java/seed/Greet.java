package seed;

import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugins.annotations.Mojo;

@Mojo(name = "greet")
public class Greet extends AbstractMojo {
    @Override
    public void execute() {
        getLog().info("hello");
    }
}
