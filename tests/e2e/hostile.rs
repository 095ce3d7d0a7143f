//! Pages and people that mean no good.

use dovetail_tests::browser::Options;

use crate::story::{both, person};

both!(
    /// [PG-02] A device name that is markup is shown as the text it is.
    hostile_names_are_text,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            let hostile = "<img src=x onerror=document.title='owned'>";
            person.joins("adele@contoso.com", hostile).await?;
            let text = person.reads("main").await?;
            assert!(text.contains(hostile), "{text}");
            let driver = &person.browser.driver;
            assert!(driver.find_all(thirtyfour::By::Css("main img")).await.is_ok_and(|found| found.is_empty()));
            assert_ne!(driver.title().await.unwrap_or_default(), "owned");
            Ok(())
        })
        .await
    }
);

both!(
    /// [PG-01] The page in another page's frame shows nothing.
    a_framed_page_is_not_shown,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            // A page of another origin that has no policy of its own.
            person.goes_to(&format!("{}/common/discovery/keys", lab.tenant.value("login"))).await?;
            let script = format!(
                "const f = document.createElement('iframe'); f.src = '{}'; document.documentElement.append(f);
                 return new Promise(r => {{ f.onload = r; setTimeout(r, 3000); }}).then(() => {{ try {{ return f.contentDocument ? 'blank' : 'foreign'; }} catch {{ return 'foreign'; }} }});",
                lab.tenant.value("page")
            );
            let driver = &person.browser.driver;
            driver.execute(script, vec![]).await.map_err(|error| error.to_string())?;
            let frame = driver.find(thirtyfour::By::Css("iframe")).await.map_err(|error| error.to_string())?;
            frame.enter_frame().await.map_err(|error| error.to_string())?;
            let inside = driver.find_all(thirtyfour::By::Css("#app")).await.map_err(|error| error.to_string())?;
            assert!(inside.is_empty(), "the framed page is rendered");
            Ok(())
        })
        .await
    }
);

both!(
    /// [EX-04] A page of another origin that knows the protocol gets no answer.
    another_origin_does_not_reach_the_device,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.goes_to(&format!("{}/common/discovery/keys", lab.tenant.value("login"))).await?;
            let script = "const c = new MessageChannel(); let heard = 'nothing'; c.port1.onmessage = () => { heard = 'something'; };
                window.postMessage({channel: 'dovetail', v: 1, type: 'connect', nonce: 'n'}, location.origin, [c.port2]);
                c.port1.postMessage({v: 1, id: '1', type: 'status', body: {}});
                return new Promise(r => setTimeout(() => r(heard + ' ' + (document.documentElement.dataset.dovetail ?? '')), 1500));";
            let answer = person.browser.driver.execute(script, vec![]).await.map_err(|error| error.to_string())?;
            assert_eq!(answer.json().as_str(), Some("nothing "));
            Ok(())
        })
        .await
    }
);
