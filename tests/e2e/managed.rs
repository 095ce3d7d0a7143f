//! Management: people whose organisation manages their devices.

use dovetail_shared::link::JoinState;
use dovetail_shared::status::ManagementState;
use dovetail_tests::browser::Options;
use dovetail_tests::talk;

use crate::story::{both, person};

both!(
    /// The page brings a joined device under management without another click; it asks for no terms where there are none.
    managed_without_terms,
    async |lab: &mut dovetail_tests::Lab, kind, name: &str| {
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            person.opens_the_portal().await?;
            person.signs_in("diego@contoso.com").await?;
            person.confirms("Diego’s laptop").await?;
            person.is_managed().await?;
            let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
            assert!(view.device.is_some() && view.report.is_none());
            let status = talk::status(&mut talk::connect(&lab.daemon).await).await;
            let management = status.management.ok_or("nobody manages the device")?;
            assert_eq!(management.state, ManagementState::Enrolled);
            assert!(management.last_sync.is_some());
            // Whoever comes back later sees it, too.
            person.clicks(".actions button").await?;
            person.sees("This device").await?;
            person.sees_text("In force").await
        })
        .await
    }
);
